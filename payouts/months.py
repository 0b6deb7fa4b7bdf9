"""Months as a store's clock counts them. No I/O."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True, order=True)
class Month:
    """One month of the calendar."""

    year: int
    number: int

    def bounds(self, time_zone: str) -> tuple[dt.datetime, dt.datetime]:
        """Its first moment and the first moment after it, by the clocks of that time zone."""
        after = self.next()
        zone = ZoneInfo(time_zone)
        return (
            dt.datetime(self.year, self.number, 1, tzinfo=zone),
            dt.datetime(after.year, after.number, 1, tzinfo=zone),
        )

    def next(self) -> "Month":
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    def previous(self) -> "Month":
        return Month(self.year - (self.number == 1), (self.number - 2) % 12 + 1)

    @property
    def first_day(self) -> dt.date:
        return dt.date(self.year, self.number, 1)

    @staticmethod
    def of(moment: dt.datetime, time_zone: str) -> "Month":
        """The month that a moment falls into there."""
        local = moment.astimezone(ZoneInfo(time_zone))
        return Month(local.year, local.month)

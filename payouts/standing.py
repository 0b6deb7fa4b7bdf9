"""Where an expert stands between earning and being paid, and why not yet, in words. No I/O."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from django.utils import dateformat, timezone

from stores.money import format_money


class Obstacle(StrEnum):
    """What keeps an expert out of the next payout run."""

    NONE = "none"
    NOTHING = "nothing"
    OWES = "owes"
    HELD = "held"
    BELOW_MINIMUM = "below_minimum"
    NO_METHOD = "no_method"


@dataclass(frozen=True)
class Standing:
    """What she could be paid now, what is still held and when the next of it clears; minor units."""

    available_minor: int
    held_minor: int
    clears_at: dt.datetime | None
    minimum_minor: int
    currency: str
    has_method: bool

    @property
    def obstacle(self) -> Obstacle:
        if self.available_minor < 0:
            return Obstacle.OWES
        if self.available_minor == 0:
            return Obstacle.HELD if self.held_minor > 0 else Obstacle.NOTHING
        if self.available_minor < self.minimum_minor:
            return Obstacle.BELOW_MINIMUM
        return Obstacle.NONE if self.has_method else Obstacle.NO_METHOD

    @property
    def is_due(self) -> bool:
        return self.obstacle == Obstacle.NONE

    @property
    def missing_minor(self) -> int:
        """How much more must clear until the minimum is reached."""
        return max(0, self.minimum_minor - self.available_minor)

    def clearing(self) -> str:
        """When the next held amount clears, as a sentence; empty if nothing is held."""
        if not self.clears_at or self.held_minor <= 0:
            return ""
        return f"{self._money(self.held_minor)} is held; the next of it clears on {on_day(self.clears_at)}."

    def why_not(self) -> str:
        """To the store's owner: why this expert is not paid now. Empty for one who is."""
        words = {
            Obstacle.NONE: "",
            Obstacle.NOTHING: "Nothing to pay.",
            Obstacle.OWES: f"Refunds took back {self._money(-self.available_minor)} after it was paid; "
            "the next commissions make up for it.",
            Obstacle.HELD: self.clearing(),
            Obstacle.BELOW_MINIMUM: f"{self._money(self.missing_minor)} more until the minimum of "
            f"{self._money(self.minimum_minor)}.",
            Obstacle.NO_METHOD: "No bank details yet: experts enter theirs in the console, under Earnings.",
        }
        return words[self.obstacle]

    def next_payout(self) -> str:
        """To the expert: what comes next."""
        words = {
            Obstacle.NONE: f"{self._money(self.available_minor)} goes out with the store's next payout run.",
            Obstacle.NOTHING: "Your first commission will appear here with the date on which it clears.",
            Obstacle.OWES: f"Refunds took back {self._money(-self.available_minor)} that had been paid out; "
            "your next commissions make up for it.",
            Obstacle.HELD: f"{self.clearing()} Until then its order can still be returned.",
            Obstacle.BELOW_MINIMUM: f"{self._money(self.missing_minor)} more until the minimum of "
            f"{self._money(self.minimum_minor)}.",
            Obstacle.NO_METHOD: f"{self._money(self.available_minor)} is waiting for you: tell us where to send it.",
        }
        return words[self.obstacle]

    def _money(self, amount_minor: int) -> str:
        return format_money(amount_minor, self.currency)


def on_day(moment: dt.datetime) -> str:
    """The day in the time zone in force: "3 December 2026"."""
    return dateformat.format(timezone.localtime(moment), "j F Y")

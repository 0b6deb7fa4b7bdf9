"""Statements: one expert's account over one month, opening + lines = closing, straight from the ledger."""

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone

from experts.models import Expert
from payouts.models import AccountKind, LedgerLeg
from payouts.months import Month
from payouts.services.ledger import total
from payouts.standing import on_day
from stores.errors import NotFound
from stores.exports import Cell, csv_text
from stores.money import to_major


@dataclass(frozen=True)
class Line:
    """One movement on the expert's account; a positive amount is hers."""

    at: dt.datetime
    title: str
    detail: str
    amount_minor: int
    order_id: uuid.UUID | None


@dataclass(frozen=True)
class Statement:
    """A month of an expert's account. All three parts are read by themselves; the ledger makes them agree."""

    expert: Expert
    month: Month
    start: dt.datetime
    end: dt.datetime
    is_running: bool
    opening_minor: int
    lines: list[Line]
    closing_minor: int

    @property
    def moved_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines)


def statement_of(*, expert: Expert, month: Month, now: dt.datetime) -> Statement:
    """The statement of a month by the store's clock; raises NotFound for a month before she began, or to come."""
    if month not in months_of(expert=expert, now=now):
        raise NotFound()
    start, end = month.bounds(expert.store.timezone)
    legs = LedgerLeg.objects.filter(
        store=expert.store_id,
        account__kind=AccountKind.EXPERT_PAYABLE,
        account__expert=expert,
        currency=expert.store.currency,
    )
    within = legs.filter(occurred_at__gte=start, occurred_at__lt=end)
    return Statement(
        expert=expert,
        month=month,
        start=start,
        end=end,
        is_running=now < end,
        opening_minor=-total(legs.filter(occurred_at__lt=start)),
        lines=[
            line_of(leg)
            for leg in within.select_related(
                "transaction", "commission__order", "commission__order_line", "payout__run"
            ).order_by("occurred_at", "id")
        ],
        closing_minor=-total(legs.filter(occurred_at__lt=end)),
    )


def line_of(leg: LedgerLeg) -> Line:
    """A leg in words that name no customer."""
    if leg.commission:
        row = leg.commission
        return Line(
            at=leg.occurred_at,
            title=row.order_line.title,
            detail=f"{row.reason} · order of {on_day(row.order.placed_at)}",
            amount_minor=-leg.amount_minor,
            order_id=row.order_id,
        )
    assert leg.payout  # an expert's account moves by commissions and payouts only
    is_returned = leg.amount_minor < 0
    return Line(
        at=leg.occurred_at,
        title=f"Payout {leg.payout.run.number} {'came back' if is_returned else 'to the bank account'}",
        detail=leg.payout.reason if is_returned else leg.payout.masked_iban(),
        amount_minor=-leg.amount_minor,
        order_id=None,
    )


def months_of(*, expert: Expert, now: dt.datetime) -> list[Month]:
    """The months that an expert has statements for, the present one first."""
    return list(_backwards(Month.of(now, expert.store.timezone), Month.of(expert.engaged_at, expert.store.timezone)))


def _backwards(last: Month, first: Month) -> Iterator[Month]:
    while last >= first:
        yield last
        last = last.previous()


def statement_csv(statement: Statement) -> str:
    """The statement as CSV: opening, lines and closing in one column of signed amounts."""
    currency = statement.expert.store.currency

    def row(moment: dt.datetime | None, title: str, detail: str, amount_minor: int) -> tuple[Cell, ...]:
        day = timezone.localtime(moment).date().isoformat() if moment else ""
        return day, title, detail, to_major(amount_minor, currency), currency

    rows = [row(line.at, line.title, line.detail, line.amount_minor) for line in statement.lines]
    opening = row(statement.start, "Opening balance", "", statement.opening_minor)
    closing = row(None, "Closing balance", "", statement.closing_minor)
    return csv_text(("Date", "What", "Details", "Amount", "Currency"), [opening, *rows, closing])

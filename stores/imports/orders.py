"""Rows that share an order number to one order."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from stores.imports.rows import Row

MAX_POSITION = 32_767


@dataclass(frozen=True, slots=True)
class ImportedLine:
    """One product of an order; `external_id` is its code and the how-manieth of that code in the order it is."""

    external_id: str
    sku: str
    title: str
    category: str
    quantity: int
    amount_minor: int
    position: int


@dataclass(frozen=True, slots=True)
class ImportedOrder:
    """One order of the file. `refunded_minor` is what was given back of its goods, spread over its lines."""

    external_id: str
    number: str
    status: str
    customer: str
    email: str
    name: str
    country: str
    placed_at: dt.datetime
    total_minor: int
    lines: tuple[ImportedLine, ...]
    refunded_minor: int = 0

    @property
    def goods_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines)


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that could be read and fits nowhere."""

    line_number: int
    reason: str
    cells: list[str]


def assemble(rows: Iterable[Row]) -> tuple[list[ImportedOrder], list[RefusedRow]]:
    """Make orders of purchases; all rows of an order must be among them. By order number, whatever the rows' order."""
    orders: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: row.line_number):
        orders.setdefault(row.order, []).append(row)
    made, refused = [], []
    for number in sorted(orders):
        order, odd = _order(orders[number])
        made += [order] if order else []
        refused += odd
    return made, refused


def _order(rows: Sequence[Row]) -> tuple[ImportedOrder | None, list[RefusedRow]]:
    """What the first row that says it says of the order holds for all of its rows; of its dates, the earliest."""
    customer = next((row.customer for row in rows if row.customer), "")
    email = next((row.email for row in rows if row.email), "")
    placed_at = min((row.placed_at for row in rows if row.placed_at), default=None)
    if not (customer or email):
        return None, _refuse(rows, "The order has no customer number and no e-mail address.")
    if not placed_at:
        return None, _refuse(rows, "The order has no date.")
    kept: list[Row] = []
    strange: list[Row] = []
    for row in rows:
        is_same = row.customer in ("", customer) if customer else row.email in ("", email)
        (kept if is_same else strange).append(row)
    lines = _lines(kept)
    goods_minor = sum(line.amount_minor for line in lines)
    status = next((row.status for row in kept if row.status), "paid")
    given_back = next((row.refunded_minor for row in kept if row.refunded_minor is not None), 0)
    order = ImportedOrder(
        external_id=next((row.shop_id for row in kept if row.shop_id), rows[0].order),
        number=rows[0].order,
        status="paid" if status == "refunded" else status,
        customer=customer,
        email=email,
        name=next((row.name for row in kept if row.name), ""),
        country=next((row.country for row in kept if row.country), ""),
        placed_at=placed_at,
        total_minor=next((row.total_minor for row in kept if row.total_minor is not None), goods_minor),
        lines=lines,
        refunded_minor=goods_minor if status == "refunded" else min(given_back, goods_minor),
    )
    return order, _refuse(strange, "The row names another customer than the first row of its order.")


def _refuse(rows: Iterable[Row], reason: str) -> list[RefusedRow]:
    return [RefusedRow(row.line_number, reason, row.cells) for row in rows]


def _lines(rows: Iterable[Row]) -> tuple[ImportedLine, ...]:
    seen: Counter[str] = Counter()
    lines = []
    for position, row in enumerate(rows):
        seen[row.sku] += 1
        lines.append(
            ImportedLine(
                external_id=f"{row.sku}#{seen[row.sku]}",
                sku=row.sku,
                title=row.title,
                category=row.category,
                quantity=row.quantity,
                amount_minor=row.amount_minor,
                position=min(position, MAX_POSITION),
            )
        )
    return tuple(lines)


def spread(amount_minor: int, over: Sequence[int]) -> list[int]:
    """An amount in whole parts, in proportion to `over`, none larger than its place there; the parts sum to it.

    `amount_minor` is at most the sum of `over`. What rounding down leaves goes to the largest fractions, first ones
    first.
    """
    total = sum(over)
    if not total:
        return [0 for _ in over]
    parts = [amount_minor * each // total for each in over]
    fractions = sorted(range(len(over)), key=lambda place: (-(amount_minor * over[place] % total), place))
    for place in fractions[: amount_minor - sum(parts)]:
        parts[place] += 1
    return parts

"""Which earlier purchase a cancellation takes back."""

import datetime as dt
import hashlib
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from stores.imports.orders import RefusedRow
from stores.imports.rows import Row

NOTHING = "Nothing of this product that the customer bought before is left to cancel."
TOO_MUCH = "{quantity} cancelled, and of what the customer bought before only {left} are left."
KEY_CHARS = 100


@dataclass(frozen=True, slots=True)
class BoughtLine:
    """A line of an order, with what of it has not been given back yet."""

    line_id: uuid.UUID
    order_id: uuid.UUID
    order_number: str
    customer_id: uuid.UUID
    sku: str
    placed_at: dt.datetime
    position: int
    quantity_left: int
    amount_left_minor: int


@dataclass(frozen=True, slots=True)
class Booking:
    """Part of a refund to be written: what one cancelled row takes back of one line."""

    external_id: str
    order_id: uuid.UUID
    line_id: uuid.UUID
    quantity: int
    amount_minor: int
    refunded_at: dt.datetime


def refund_ids(rows: Iterable[Row]) -> dict[int, str]:
    """Line number → the refund's id: the cancellation's number, the product, and which of its like in it it is.

    All rows of a cancellation must be among them; the ids are then the same whenever the file is read.
    """
    seen: Counter[tuple[str, str]] = Counter()
    ids = {}
    for row in sorted(rows, key=lambda row: row.line_number):
        seen[row.order, row.sku] += 1
        ids[row.line_number] = _bounded(f"{row.order}/{row.sku}#{seen[row.order, row.sku]}")
    return ids


def _bounded(key: str) -> str:
    if len(key) <= KEY_CHARS:
        return key
    return f"{key[: KEY_CHARS - 41]}~{hashlib.sha1(key.encode(), usedforsecurity=False).hexdigest()}"


def allocate(
    rows: Iterable[Row], customers: Mapping[str, uuid.UUID], bought: Iterable[BoughtLine], known: frozenset[str]
) -> tuple[list[Booking], list[RefusedRow]]:
    """Take each cancellation back from the customer's most recent earlier purchase of the product, then the next.

    `customers` gives the id of the customer whom a row's key means; `bought` are their lines, less what was refunded;
    `known` are refunds that stand in the database: their rows are done. A row is booked whole or refused. Its own
    price is what goes back, at most what the line still holds. Earlier cancellations choose first.
    """
    stock: dict[tuple[uuid.UUID, str], list[list]] = {}
    for line in sorted(bought, key=lambda line: (line.placed_at, line.order_number, line.position), reverse=True):
        stock.setdefault((line.customer_id, line.sku), []).append([line, line.quantity_left, line.amount_left_minor])
    bookings: list[Booking] = []
    refused: list[RefusedRow] = []
    rows = list(rows)
    ids = refund_ids(rows)
    for row in sorted(rows, key=lambda row: (_cancelled_at(row), row.line_number)):
        if ids[row.line_number] in known:
            continue
        at = _cancelled_at(row)
        customer = customers.get(row.customer_key)
        held = stock.get((customer, row.sku), []) if customer else []
        open_lines = [entry for entry in held if entry[0].placed_at <= at and entry[1] > 0]
        left = sum(quantity for _, quantity, _ in open_lines)
        if left < row.quantity:
            reason = TOO_MUCH.format(quantity=row.quantity, left=left) if left else NOTHING
            refused.append(RefusedRow(row.line_number, reason, row.cells))
            continue
        bookings += _take(row, ids[row.line_number], open_lines)
    return bookings, refused


def _cancelled_at(row: Row) -> dt.datetime:
    assert row.placed_at, "rows.read_row refuses cancellations without a date"
    return row.placed_at


def _take(row: Row, external_id: str, open_lines: list[list]) -> list[Booking]:
    """Book the row on the lines in turn, and note in them what is left."""
    bookings = []
    quantity, amount_minor = row.quantity, row.amount_minor
    for entry in open_lines:
        line, quantity_left, amount_left = entry
        if not quantity:
            break
        taken = min(quantity, quantity_left)
        share = amount_minor * taken // quantity
        given = min(share, amount_left)
        entry[1:] = quantity_left - taken, amount_left - given
        quantity, amount_minor = quantity - taken, amount_minor - share
        bookings.append(Booking(external_id, line.order_id, line.line_id, taken, given, _cancelled_at(row)))
    return bookings

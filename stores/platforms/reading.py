"""Reading other people's JSON: every value is checked before it is believed, and no number becomes a float.

All of these raise BadInput with a sentence that says what is wrong and where, for the store's owner to read.
"""

import datetime as dt
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Never

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.dateparse import parse_datetime

from stores.errors import BadInput
from stores.events import OrderLineEvent
from stores.money import LIMIT, to_minor

Json = dict[str, Any]
# More lines than any shop system takes into one order.
MOST_ITEMS = 1000
# So that the sum of an order's lines can be booked too.
MOST_MINOR = LIMIT // MOST_ITEMS
MOST_PIECES = 2**31 - 1
YEARS = range(1990, 2101)


def load_object(body: bytes) -> Json:
    """The JSON object that a body holds."""
    try:
        value = json.loads(body, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise BadInput("The body is not JSON.") from None
    if not isinstance(value, dict):
        raise BadInput("The body is JSON, but not an object.")
    return value


def _refuse_constant(name: str) -> Never:
    raise ValueError(name)


def text(source: Json, name: str, *, limit: int) -> str:
    """A text, or a number as text, cut to `limit`; else empty. What PostgreSQL cannot store is left out."""
    value = source.get(name)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return ""
    return value.replace("\x00", "").encode("utf-8", "ignore").decode().strip()[:limit]


def identifier(source: Json, name: str) -> str:
    """An id as text: platforms give whole numbers, beyond 2^53 too, or texts."""
    found = text(source, name, limit=101)
    if not found or len(found) > 100 or isinstance(source[name], Decimal):
        raise BadInput(f"“{name}” is missing or is no id.")
    return found


def email(source: Json, name: str) -> str:
    """An e-mail address; empty where there is none or what stands there is none."""
    address = text(source, name, limit=254)
    try:
        validate_email(address)
    except ValidationError:
        return ""
    return address


def flag(source: Json, name: str) -> bool:
    """Whether it says true."""
    return source.get(name) is True


def pieces(source: Json, name: str) -> int:
    """A whole number of pieces, not negative."""
    value = source.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_PIECES:
        raise BadInput(f"“{name}” is not a number of pieces.")
    return value


def moment(source: Json, name: str) -> dt.datetime | None:
    """A moment with its offset from UTC; None where there is none."""
    if not (said := text(source, name, limit=60)):
        return None
    try:
        found = parse_datetime(said)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or found.year not in YEARS:
        raise BadInput(f"“{name}” is not a date and time with its offset, such as 2026-11-01T10:00:00+01:00.")
    return found


def objects(source: Json, name: str) -> list[Json]:
    """A list of objects; empty where there is none."""
    found = source.get(name)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise BadInput(f"“{name}” is not a list of objects.")
    if len(found) > MOST_ITEMS:
        raise BadInput(f"“{name}” has more than {MOST_ITEMS} entries.")
    return found


def child(source: Json, name: str) -> Json | None:
    """An object inside the object; None where there is none."""
    found = source.get(name)
    if found is not None and not isinstance(found, dict):
        raise BadInput(f"“{name}” is not an object.")
    return found


def money(source: Json, name: str, currency: str) -> int:
    """A decimal amount, as text or number, in minor units of `currency`."""
    value = source.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise BadInput(f"“{name}” is missing or is no amount of money.")
    return to_minor(value, currency)


def bookable(amount_minor: int) -> int:
    """The amount, never below 0; refuses what the ledger cannot hold."""
    if amount_minor > MOST_MINOR:
        raise BadInput("An amount is larger than any that we can book.")
    return max(0, amount_minor)


def distinct(lines: Iterable[OrderLineEvent]) -> tuple[OrderLineEvent, ...]:
    """The lines, each with an id of its own."""
    found = tuple(lines)
    if len({line.external_id for line in found}) < len(found):
        raise BadInput("Two lines of the order have the same id.")
    return found


def same_currency(said: str, currency: str) -> None:
    """Refuse an amount in another currency than the store's."""
    if said != currency:
        raise BadInput(f"The amounts are in {said or 'no currency'}, and the store's currency is {currency}.")

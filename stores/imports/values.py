"""Cells to values: amounts, quantities, moments, and which of two ways of writing a file means."""

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

MAX_QUANTITY = 1_000_000
OLDEST_YEAR = 1990
SIGNS = re.compile(r"[\s\u00a0\u2009\u202f'’]|[$€£¥]|^[A-Za-z]{3}(?=[\s\d.,-])|(?<=[\s\d.,])[A-Za-z]{3}$")
NUMBER = {
    ".": re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d*)?|[+-]?\.\d+"),
    ",": re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d*)?|[+-]?,\d+"),
}
TIME = r"(?:[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([AaPp])?(?:\.?[Mm]\.?)?)?"
ZONE = r"(?:\s*(Z|UTC|[+-]\d{2}:?\d{2}))?"
YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})" + TIME + ZONE)
YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})" + TIME + ZONE)
EMAIL = re.compile(r"[^@\s<>\"(),:;\[\]\\]+@[^@\s<>\"(),:;\[\]\\]+\.[^@\s.<>\"(),:;\[\]\\]+")


class Unreadable(ValueError):
    """A cell that cannot be read as what its column holds; the text says why to a person."""


def unguarded(cell: str) -> str:
    """The cell without blanks around it and without the apostrophe that guards it against spreadsheets."""
    cell = cell.strip()
    return cell[1:].strip() if len(cell) > 1 and cell[0] == "'" and cell[1] in "=+-@0123456789#" else cell


def parse_amount(text: str, decimal: str) -> Decimal:
    """A number as people write money: ("1.234,50 €", ",") → 1234.50. `decimal` is "." or ",". Raises Unreadable."""
    bare = text if text.isascii() and text.isdigit() else SIGNS.sub("", text.strip())
    if not NUMBER[decimal].fullmatch(bare) or len(bare) > 20:
        raise Unreadable(f"“{short(text)}” is not an amount.")
    grouping = "," if decimal == "." else "."
    return Decimal(bare.replace(grouping, "").replace(decimal, "."))


def parse_quantity(text: str, decimal: str) -> int:
    """A whole number of pieces, negative for what came back. Raises Unreadable."""
    try:
        number = parse_amount(text, decimal)
    except Unreadable:
        raise Unreadable(f"“{short(text)}” is not a quantity.") from None
    if number != int(number):
        raise Unreadable(f"The quantity “{short(text)}” is not a whole number.")
    if abs(number) > MAX_QUANTITY:
        raise Unreadable(f"The quantity “{short(text)}” is larger than anybody buys.")
    return int(number)


@lru_cache(maxsize=4096)
def parse_moment(text: str, date_order: str, timezone: str) -> dt.datetime:
    """A date or a moment, in UTC. Without an offset of its own it is meant in `timezone`. Raises Unreadable.

    `date_order` ("dmy" or "mdy") says what 03/04/2026 means; a date that begins with the year needs no telling.
    """
    if match := YEAR_FIRST.fullmatch(text):
        year, month, day = (int(part) for part in match.groups()[:3])
    elif (match := YEAR_LAST.fullmatch(text)) and date_order in ("dmy", "mdy"):
        first, second, year = (int(part) for part in match.groups()[:3])
        day, month = (first, second) if date_order == "dmy" else (second, first)
        year += (2000 if year < 70 else 1900) if year < 100 else 0
    else:
        raise Unreadable(f"“{short(text)}” is not a date.")
    hour, minute, second_of_minute = (int(part or 0) for part in match.groups()[3:6])
    half = (match[7] or "").lower()
    if half and not 1 <= hour <= 12:
        raise Unreadable(f"“{short(text)}” is not a time of day.")
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    try:
        zone = _offset(match[8]) if match[8] else ZoneInfo(timezone)
        moment = dt.datetime(year, month, day, hour, minute, second_of_minute, tzinfo=zone).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise Unreadable(f"“{short(text)}” is not a date that exists.") from None
    if moment.year < OLDEST_YEAR:
        raise Unreadable(f"“{short(text)}” lies before {OLDEST_YEAR}.")
    return moment


def _offset(text: str) -> dt.tzinfo:
    if text in ("Z", "UTC"):
        return dt.UTC
    size = dt.timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return dt.timezone(-size if text[0] == "-" else size)


def guess_date_order(texts: Iterable[str]) -> str:
    """What the dates in a file prove: "ymd", "dmy" or "mdy"; "" where they leave it open or contradict each other."""
    orders = set()
    for match in filter(None, map(YEAR_LAST.fullmatch, texts)):
        first, second = int(match[1]), int(match[2])
        orders |= {"dmy"} if 12 < first <= 31 else set()
        orders |= {"mdy"} if 12 < second <= 31 else set()
        orders |= {"open"}
    if not orders:
        return "ymd"
    proven = orders - {"open"}
    return proven.pop() if len(proven) == 1 else ""


def guess_decimal(texts: Iterable[str]) -> str:
    """The decimal mark that most amounts in a file prove; "." where none proves anything ("1,234" does not)."""
    votes = {".": 0, ",": 0}
    for text in texts:
        bare = SIGNS.sub("", text.strip())
        for mark, other in ((".", ","), (",", ".")):
            if NUMBER[mark].fullmatch(bare) and not NUMBER[other].fullmatch(bare):
                votes[mark] += 1
    return "," if votes[","] > votes["."] else "."


def short(text: str, most: int = 60) -> str:
    """The text as it may stand in a sentence."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"

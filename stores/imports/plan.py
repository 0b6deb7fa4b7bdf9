"""How the columns of one file become our fields: what the member sees, changes and confirms."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from stores.imports.detection import Dialect
from stores.imports.fields import BY_KEY, guess_mapping
from stores.imports.records import Record
from stores.imports.values import guess_date_order, guess_decimal

DATE_ORDERS = {
    "ymd": "Year first: 2011-12-31",
    "dmy": "Day first: 31/12/2011",
    "mdy": "Month first: 12/31/2011",
}
DECIMALS = {".": "Point: 1,234.50", ",": "Comma: 1.234,50"}
AMOUNTS = ("unit_price", "line_total", "discount", "refunded", "order_total")
# Codes in the exports of shops' tills that stand for postage, discounts, fees and corrections.
NO_PRODUCTS = ("POST", "DOT", "C2", "D", "M", "S", "B", "ADJUST", "AMAZONFEE", "BANK CHARGES", "CRUK", "PADS")


@dataclass(frozen=True)
class Plan:
    """A complete reading of one file. `columns` is our field → the place of its column, from 0."""

    columns: Mapping[str, int]
    width: int
    date_order: str
    decimal: str
    no_products: frozenset[str]
    currency: str
    timezone: str


@dataclass(frozen=True)
class Choices:
    """What the member chooses: our field → name of a column, and how values are written. Stored with the import."""

    columns: Mapping[str, str]
    date_order: str
    decimal: str
    no_products: tuple[str, ...] = NO_PRODUCTS

    def as_json(self) -> dict:
        return asdict(self)


def guess_choices(dialect: Dialect, records: Iterable[Record]) -> Choices:
    """The choices that the names of the columns and the values in `records` speak for; `date_order` may stay open."""
    columns = guess_mapping(dialect.columns)
    rows = [record.cells for record in records if len(record.cells) >= len(dialect.columns)]

    def values(*keys: str) -> list[str]:
        places = [dialect.columns.index(columns[key]) for key in keys if key in columns]
        return [row[place].strip() for row in rows for place in places]

    return Choices(columns, guess_date_order(values("placed_at", "cancelled_at")), guess_decimal(values(*AMOUNTS)))


def complaints(choices: Choices) -> dict[str, str]:
    """What is missing before rows can be read: our field → a sentence. Empty for choices that make a plan."""
    chosen = choices.columns
    wrong = {}
    for key in ("order", "placed_at", "quantity"):
        if key not in chosen:
            wrong[key] = "Every order needs this. Choose its column."
    if "title" not in chosen and "sku" not in chosen:
        wrong["title"] = "Choose the column with the product's name, its code, or both."
    if "unit_price" not in chosen and "line_total" not in chosen:
        wrong["unit_price"] = "Choose the column with the price of one, or the one with the price of the row."
    if "unit_price" in chosen and "line_total" in chosen:
        wrong["line_total"] = "Choose one of the two prices: the price of one, or the price of the row."
    if "customer" not in chosen and "email" not in chosen:
        wrong["customer"] = "Choose the column that tells customers apart: a number, or an e-mail address."
    holders: dict[str, str] = {}
    for key, column in chosen.items():
        if column in holders and key not in wrong:
            wrong[key] = f"This column already holds “{BY_KEY[holders[column]].label}”."
        holders.setdefault(column, key)
    if choices.date_order not in DATE_ORDERS:
        wrong["date_order"] = "Both readings are possible. Which comes first in this file, the day or the month?"
    if choices.decimal not in DECIMALS:
        wrong["decimal"] = "Choose how amounts are written."
    return wrong


def make_plan(choices: Choices, columns: tuple[str, ...], *, currency: str, timezone: str) -> Plan:
    """The plan for a file with `columns`; the choices have no complaints."""
    return Plan(
        columns={key: columns.index(name) for key, name in choices.columns.items()},
        width=len(columns),
        date_order=choices.date_order,
        decimal=choices.decimal,
        no_products=frozenset(code.casefold() for code in choices.no_products),
        currency=currency,
        timezone=timezone,
    )

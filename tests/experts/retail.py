"""The real gift shop's order lines as facts of the ranking, worked out in plain Python beside the service's SQL."""

import csv
import datetime as dt
import gzip
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from statistics import median

from experts.ranking import Facts

FILE = Path("orders", "online_retail_150_customers.csv.gz")


@dataclass
class Line:
    """One row of the file; what later rows took back is taken off `left`."""

    customer: str
    invoice: str
    sku: str
    units: int
    price_minor: int
    on: dt.date
    left: int = 0


def read_lines(folder: Path) -> list[Line]:
    """Every row of the file, oldest first."""
    with gzip.open(folder / FILE, "rt", newline="", encoding="utf-8") as handle:
        lines = [
            Line(
                customer=row["CustomerID"],
                invoice=row["InvoiceNo"],
                sku=row["StockCode"],
                units=int(row["Quantity"]),
                price_minor=int(Decimal(row["UnitPrice"]) * 100),
                on=dt.date.fromisoformat(row["InvoiceDate"][:10]),
            )
            for row in csv.DictReader(handle)
        ]
    return sorted(lines, key=lambda line: line.on)


def facts_of(lines: Iterable[Line]) -> list[Facts]:
    """Each customer's facts; a cancelled row takes back what the same customer last bought of the product."""
    bought: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        if line.units > 0:
            line.left = line.units
            bought[line.customer].append(line)
        else:
            _take_back(bought[line.customer], line)
    return [_facts(customer, mine) for customer, mine in sorted(bought.items()) if mine]


def days_after(lines: Iterable[Line], day: dt.date) -> dict[str, int]:
    """Customer → on how many days from `day` on something was bought."""
    days: dict[str, set[dt.date]] = defaultdict(set)
    for line in lines:
        if line.units > 0 and line.on >= day:
            days[line.customer].add(line.on)
    return {customer: len(found) for customer, found in days.items()}


def _take_back(bought: Sequence[Line], cancelled: Line) -> None:
    units = -cancelled.units
    for line in reversed(bought):
        if line.sku == cancelled.sku and units:
            taken = min(line.left, units)
            line.left -= taken
            units -= taken


def _facts(customer: str, lines: Sequence[Line]) -> Facts:
    kept = [line for line in lines if line.left and line.price_minor]
    orders: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        orders[line.invoice].append(line)
    return Facts(
        customer=customer,
        has_email=False,
        orders=len(orders),
        bought_days=len({line.on for line in lines}),
        kept_days=len({line.on for line in kept}),
        products=len({line.sku for line in kept}),
        gross_minor=sum(line.units * line.price_minor for line in lines),
        net_minor=sum(line.left * line.price_minor for line in lines),
        first_on=min((line.on for line in kept), default=None),
        last_on=max((line.on for line in kept), default=None),
        units_per_line=float(median(line.units for line in lines)),
        units_per_order=float(median(sum(line.units for line in order) for order in orders.values())),
        order_minor=float(median(sum(line.units * line.price_minor for line in order) for order in orders.values())),
    )

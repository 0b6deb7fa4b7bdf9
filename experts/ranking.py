"""Who of a store's customers would make a good expert: by what they kept, how often and how widely they bought.

Pure, and free of any currency's scale: a measure counts by how many repeat customers of the same store have less of
it. What is stored of a decision (`Inputs`) gives the same decision again: `assess(inputs)`. Whoever changes a number
or a sentence here raises RANKING_VERSION.
"""

import datetime as dt
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from statistics import median
from typing import Any

from experts import ranking_words as words

RANKING_VERSION = "1"

# Points out of 100 for whoever has more of a measure than all others: breadth and coming back before money.
WEIGHTS = {
    "kept_days": 28,
    "products": 16,
    "categories": 10,
    "net_minor": 10,
    "recency": 12,
    "tenure": 8,
    "reviews": 8,
    "helpful_votes": 8,
}
# Points taken off for what speaks against her.
RETURNS_POINTS = 40
LAPSED_POINTS = 10

RETURNS_FROM = 0.25
LAPSED_AFTER_DAYS = 180
LEAST_DAYS = 2
# Nobody needs twelve of a thing, and a store of small things may sell six at a time as a rule.
BULK_UNITS_PER_LINE, BULK_LINE_FACTOR = 12, 6
BULK_UNITS_PER_ORDER, BULK_ORDER_FACTOR = 24, 8
# From here on a sentence about her spending is worth its place.
SPENDING_WORTH_SAYING = 0.5


@dataclass(frozen=True)
class Facts:
    """What one customer bought, kept and wrote, from paid orders; amounts in minor units of the store's currency.

    A day, product or category is kept if something of it was not sent back. `units_per_line`, `units_per_order` and
    `order_minor` are medians of her lines and orders before refunds. `engagement` is "", "expert" or "left".
    """

    customer: str
    has_email: bool = True
    engagement: str = ""
    orders: int = 0
    bought_days: int = 0
    kept_days: int = 0
    products: int = 0
    categories: int = 0
    gross_minor: int = 0
    net_minor: int = 0
    first_on: dt.date | None = None
    last_on: dt.date | None = None
    reviews: int = 0
    helpful_votes: int = 0
    units_per_line: float = 0
    units_per_order: float = 0
    order_minor: float = 0

    @property
    def returned(self) -> float:
        """The share of the goods that went back, by value."""
        return 1 - self.net_minor / self.gross_minor if self.gross_minor > 0 else 0.0


@dataclass(frozen=True)
class Norms:
    """What is usual in the store: medians of its customers' own medians."""

    units_per_line: float
    units_per_order: float
    order_minor: float


@dataclass(frozen=True)
class Inputs:
    """All that a decision rests on. `standings`: measure → share of the store's repeat customers who have less."""

    facts: Facts
    norms: Norms
    standings: Mapping[str, float]
    as_of: dt.date

    def to_json(self) -> dict[str, Any]:
        """As it is stored; `from_json` reads it back."""
        facts = {name: _text(value) for name, value in vars(self.facts).items()}
        return {
            "facts": facts,
            "norms": dict(vars(self.norms)),
            "standings": dict(self.standings),
            "as_of": self.as_of.isoformat(),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Inputs":
        """What `to_json` made; names that a later version no longer knows are passed over."""
        known = {field.name for field in fields(Facts)}
        facts = {name: value for name, value in stored["facts"].items() if name in known}
        for name in ("first_on", "last_on"):
            facts[name] = dt.date.fromisoformat(facts[name]) if facts[name] else None
        return cls(
            Facts(**facts), Norms(**stored["norms"]), stored["standings"], dt.date.fromisoformat(stored["as_of"])
        )


@dataclass(frozen=True)
class Remark:
    """A sentence for her or against her, and the points that it is worth."""

    code: str
    text: str
    weight: float


@dataclass(frozen=True)
class Assessment:
    """The decision on one customer. `set_apart` says why she is kept out of the list, if she is."""

    score: float
    reasons: tuple[Remark, ...]
    concerns: tuple[Remark, ...]
    set_apart: str


@dataclass(frozen=True)
class Ranked:
    """A customer's place: first all who are in the list, best first, then those set apart."""

    position: int
    inputs: Inputs
    assessment: Assessment


def rank(customers: Sequence[Facts], *, as_of: dt.date) -> list[Ranked]:
    """All customers of one store in their order; the order of `customers` does not matter."""
    norms = _norms(customers)
    listed = [facts for facts in customers if not _why_apart(facts, norms)]
    ladders = {name: sorted(_measure(facts, name, as_of) for facts in listed) for name in WEIGHTS}
    assessed = []
    for facts in customers:
        standings = {name: _standing(ladders[name], _measure(facts, name, as_of)) for name in WEIGHTS}
        inputs = Inputs(facts, norms, standings, as_of)
        assessed.append((inputs, assess(inputs)))
    assessed.sort(key=lambda pair: (bool(pair[1].set_apart), -pair[1].score, pair[0].facts.customer))
    return [Ranked(position, *pair) for position, pair in enumerate(assessed, start=1)]


def assess(inputs: Inputs) -> Assessment:
    """The decision that these inputs lead to."""
    facts = inputs.facts
    apart = _why_apart(facts, inputs.norms)
    reasons, concerns = _reasons(inputs), _concerns(facts, inputs.as_of)
    earned = sum(points(inputs, name) for name in WEIGHTS) + sum(concern.weight for concern in concerns)
    return Assessment(round(max(0.0, earned), 4), reasons, concerns, apart)


def points(inputs: Inputs, measure: str) -> float:
    """What one measure adds to the score."""
    return WEIGHTS[measure] * inputs.standings[measure]


def _reasons(inputs: Inputs) -> tuple[Remark, ...]:
    facts, as_of = inputs.facts, inputs.as_of
    found = []
    if facts.first_on and facts.last_on:
        text = words.purchases(
            facts.kept_days, tenure_days=_tenure(facts), since_days=max(0, (as_of - facts.last_on).days)
        )
        found.append(_remark("purchases", text, inputs, "kept_days", "recency", "tenure"))
    if facts.products:
        text = words.breadth(facts.products, facts.categories)
        found.append(_remark("breadth", text, inputs, "products", "categories"))
    if facts.reviews:
        text = words.reviews(facts.reviews, facts.helpful_votes)
        found.append(_remark("reviews", text, inputs, "reviews", "helpful_votes"))
    if inputs.standings["net_minor"] >= SPENDING_WORTH_SAYING:
        found.append(_remark("spending", words.spending(inputs.standings["net_minor"]), inputs, "net_minor"))
    return tuple(found)


def _remark(code: str, text: str, inputs: Inputs, *measures: str) -> Remark:
    return Remark(code, text, round(sum(points(inputs, name) for name in measures), 4))


def _concerns(facts: Facts, as_of: dt.date) -> tuple[Remark, ...]:
    found = []
    if facts.returned >= RETURNS_FROM:
        found.append(Remark("returns", words.returns(facts.returned), round(-RETURNS_POINTS * facts.returned, 4)))
    if facts.last_on and (since_days := (as_of - facts.last_on).days) > LAPSED_AFTER_DAYS:
        found.append(Remark("lapsed", words.lapsed(since_days), -LAPSED_POINTS))
    if not facts.has_email:
        found.append(Remark("no_email", words.NO_EMAIL, 0))
    return tuple(found)


def _why_apart(facts: Facts, norms: Norms) -> str:
    if facts.engagement:
        return words.ENGAGED[facts.engagement]
    if not facts.orders:
        return words.NOTHING_BOUGHT
    if reason := _why_bulk(facts, norms):
        return reason
    if facts.net_minor <= 0:
        return words.ALL_RETURNED if facts.gross_minor > 0 else words.NOTHING_PAID
    if facts.kept_days < LEAST_DAYS:
        return words.too_few_days(facts.kept_days, facts.bought_days)
    return ""


def _why_bulk(facts: Facts, norms: Norms) -> str:
    if facts.units_per_line >= max(BULK_UNITS_PER_LINE, BULK_LINE_FACTOR * norms.units_per_line):
        return words.bulk_lines(facts.units_per_line, norms.units_per_line)
    # Dear orders alone are no trade: a bicycle is one. Many units in each of them are.
    has_many_units = facts.units_per_order >= max(BULK_UNITS_PER_ORDER, BULK_ORDER_FACTOR * norms.units_per_order)
    if has_many_units and facts.order_minor >= BULK_ORDER_FACTOR * norms.order_minor > 0:
        return words.bulk_orders(facts.order_minor / norms.order_minor, facts.units_per_order)
    return ""


def _norms(customers: Sequence[Facts]) -> Norms:
    buyers = [facts for facts in customers if facts.orders]
    return Norms(**{name.name: _median(buyers, name.name) for name in fields(Norms)})


def _median(buyers: Sequence[Facts], name: str) -> float:
    return float(median(map(attrgetter(name), buyers))) if buyers else 0.0


def _measure(facts: Facts, name: str, as_of: dt.date) -> float:
    if name == "recency":
        return -float((as_of - facts.last_on).days) if facts.last_on else float("-inf")
    return _tenure(facts) if name == "tenure" else getattr(facts, name)


def _tenure(facts: Facts) -> int:
    return (facts.last_on - facts.first_on).days if facts.first_on and facts.last_on else 0


def _standing(ladder: Sequence[float], value: float) -> float:
    return round(bisect_left(ladder, value) / len(ladder), 4) if ladder else 0.0


def _text(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else value

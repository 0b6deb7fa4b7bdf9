"""A stored ranking as the page shows it: the numbers behind the sentences, and where the points come from."""

from dataclasses import dataclass

from babel import Locale

from experts.models import Candidate
from experts.ranking import RANKING_VERSION, WEIGHTS, Facts, Inputs, points
from experts.ranking_words import ago, count, number, percent, span
from stores.money import format_money

ENGLISH = Locale("en")
LABELS = {
    "kept_days": "Purchase days",
    "products": "Products kept",
    "categories": "Categories",
    "net_minor": "Spent, after refunds",
    "recency": "Last purchase",
    "tenure": "First to last purchase",
    "reviews": "Reviews",
    "helpful_votes": "Found helpful by",
}


@dataclass(frozen=True)
class Measure:
    """One line of the score: what she has, how many repeat customers have less, and the points for it."""

    label: str
    value: str
    ahead_of: str
    points: str


@dataclass(frozen=True)
class Numbers:
    """What a decision rests on. Without `measures` it was made by another version than today's."""

    measures: tuple[Measure, ...]
    facts: tuple[tuple[str, str], ...]


def country_name(country: str) -> str:
    """("IT") → "Italy"; whatever is no country's code stays as the shop wrote it."""
    return ENGLISH.territories.get(country.strip().upper(), country)


def numbers_behind(candidate: Candidate, currency: str) -> Numbers:
    """The numbers behind a candidate's place."""
    if candidate.ranking_version != RANKING_VERSION:
        return Numbers((), ())
    inputs = Inputs.from_json(candidate.inputs)
    lines = [
        Measure(
            label,
            _value(inputs, name, currency),
            percent(inputs.standings[name]),
            f"{points(inputs, name):.1f} of {WEIGHTS[name]}",
        )
        for name, label in LABELS.items()
    ]
    lines += [
        Measure(concern["text"], "", "", f"{concern['weight']:.1f}".replace("-", "\N{MINUS SIGN}"))
        for concern in candidate.concerns
        if concern["weight"]
    ]
    return Numbers(tuple(lines), tuple(_facts(inputs, currency)))


def _value(inputs: Inputs, name: str, currency: str) -> str:
    facts = inputs.facts
    if name == "net_minor":
        return format_money(facts.net_minor, currency)
    if name in ("recency", "tenure"):
        if not facts.first_on or not facts.last_on:
            return "none"
        if name == "recency":
            return ago((inputs.as_of - facts.last_on).days)
        return span((facts.last_on - facts.first_on).days)
    return f"{getattr(facts, name):,}"


def _facts(inputs: Inputs, currency: str) -> list[tuple[str, str]]:
    facts, norms = inputs.facts, inputs.norms
    if not facts.orders:
        return []
    return [
        ("Paid orders", f"{facts.orders:,}, on {count(facts.bought_days, 'day')}"),
        ("Bought", format_money(facts.gross_minor, currency)),
        ("Sent back", f"{format_money(facts.gross_minor - facts.net_minor, currency)} ({_returned(facts)})"),
        ("Typical order", f"{_order(facts.order_minor, facts.units_per_order, currency)}"),
        ("Usual in the store", f"{_order(norms.order_minor, norms.units_per_order, currency)}"),
        ("Of one product", f"{number(facts.units_per_line)} at a time; {number(norms.units_per_line)} is usual"),
    ]


def _returned(facts: Facts) -> str:
    return percent(facts.returned) if facts.returned else "nothing"


def _order(amount_minor: float, units: float, currency: str) -> str:
    return f"{format_money(round(amount_minor), currency)} for {number(units)} {'unit' if units == 1 else 'units'}"

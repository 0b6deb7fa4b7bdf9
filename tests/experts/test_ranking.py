"""The ranking, pure: who is in the list, in which order, and what is said of each."""

import dataclasses
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experts.ranking import WEIGHTS, Assessment, Facts, Inputs, Ranked, assess, rank
from tests.experts.retail import days_after, facts_of, read_lines

TODAY = dt.date(2026, 6, 30)
NBSP = "\N{NO-BREAK SPACE}"


def keen(customer: str = "keen", **changes: Any) -> Facts:
    """A customer who came back fourteen times; `changes` make another of her."""
    values: dict[str, Any] = {
        "customer": customer,
        "orders": 15,
        "bought_days": 14,
        "kept_days": 14,
        "products": 23,
        "categories": 4,
        "gross_minor": 120_000,
        "net_minor": 120_000,
        "first_on": TODAY - dt.timedelta(days=356),
        "last_on": TODAY - dt.timedelta(days=21),
        "reviews": 6,
        "helpful_votes": 41,
        "units_per_line": 1.0,
        "units_per_order": 2.0,
        "order_minor": 8_000.0,
    }
    return Facts(**values | changes)


def casual(number: int) -> Facts:
    """One of many who bought twice."""
    return keen(
        f"casual-{number:03}",
        orders=2,
        bought_days=2,
        kept_days=2,
        products=2,
        categories=1,
        gross_minor=5_000 + number,
        net_minor=5_000 + number,
        first_on=TODAY - dt.timedelta(days=100),
        last_on=TODAY - dt.timedelta(days=40),
        reviews=0,
        helpful_votes=0,
    )


CROWD = [casual(number) for number in range(20)]


def place_of(customer: str, ranked: list[Ranked]) -> Ranked:
    return next(one for one in ranked if one.inputs.facts.customer == customer)


def decision_on(facts: Facts) -> Assessment:
    return place_of(facts.customer, rank([*CROWD, facts], as_of=TODAY)).assessment


def texts(remarks: Any) -> list[str]:
    return [remark.text for remark in remarks]


def test_weights_share_out_a_hundred_points() -> None:
    assert sum(WEIGHTS.values()) == 100


def test_who_came_back_most_leads_with_reasons_in_numbers() -> None:
    ranked = rank([*CROWD, keen()], as_of=TODAY)

    first = ranked[0]
    assert first.inputs.facts.customer == "keen"
    assert texts(first.assessment.reasons) == [
        "Bought on 14 days over 11 months, last 3 weeks ago",
        "23 different products in 4 categories",
        "Wrote 6 reviews that 41 people found helpful",
        f"Spent more, after refunds, than 95{NBSP}% of repeat customers",
    ]
    assert first.assessment.concerns == ()
    assert [one.position for one in ranked] == list(range(1, 22))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"net_minor": 82_800}, f"Sent back 31{NBSP}% of what was bought"),
        ({"last_on": TODAY - dt.timedelta(days=213)}, "Has not bought for 7 months"),
        ({"has_email": False}, "No e-mail address: cannot be invited"),
    ],
)
def test_a_concern_is_said(changes: dict[str, Any], sentence: str) -> None:
    assert texts(decision_on(keen(**changes)).concerns) == [sentence]


def test_returns_and_a_long_absence_cost_points() -> None:
    returned = decision_on(keen(net_minor=60_000))
    lapsed = decision_on(keen(last_on=TODAY - dt.timedelta(days=213)))

    assert [(concern.code, concern.weight) for concern in returned.concerns] == [("returns", -20.0)]
    assert [(concern.code, concern.weight) for concern in lapsed.concerns] == [("lapsed", -10)]
    assert returned.score < decision_on(keen()).score
    assert lapsed.score < decision_on(keen()).score


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"engagement": "expert"}, "Is an expert already"),
        ({"engagement": "left"}, "Was an expert here and left"),
        ({"orders": 0}, "Has not bought anything yet"),
        ({"net_minor": 0, "kept_days": 0}, "Everything bought was sent back"),
        ({"gross_minor": 0, "net_minor": 0, "kept_days": 0}, "Nothing in the orders was paid for"),
        ({"bought_days": 1, "kept_days": 1}, "Bought on one day only"),
        ({"bought_days": 5, "kept_days": 1}, "Kept goods of only 1 of 5 purchase days"),
        ({"units_per_line": 48.0}, "Buys in bulk: typically 48 of a product, where 1 is usual"),
        (
            {"units_per_line": 6.0, "units_per_order": 90.0, "order_minor": 96_000.0},
            "Buys in bulk: typically 90 units an order, for 12 times what is usual",
        ),
    ],
)
def test_who_is_set_apart_comes_after_everybody_in_the_list(changes: dict[str, Any], reason: str) -> None:
    ranked = rank([*CROWD, keen(**changes)], as_of=TODAY)

    last = place_of("keen", ranked)
    assert last.assessment.set_apart == reason
    assert last.position == 21


def test_one_dear_thing_is_no_trade() -> None:
    assert decision_on(keen(order_minor=900_000.0, units_per_order=1.0)).set_apart == ""


def test_a_large_spender_who_sends_most_of_it_back_falls_far_below() -> None:
    spender = keen("spender", gross_minor=9_000_000, net_minor=6_000, kept_days=2, products=2, categories=1, reviews=0)
    regulars = [
        keen(f"regular-{number}", kept_days=6, bought_days=6, products=6, gross_minor=40_000, net_minor=40_000)
        for number in range(10)
    ]

    ranked = rank([*CROWD, *regulars, spender], as_of=TODAY)

    assert max(one.inputs.facts.gross_minor for one in ranked) == spender.gross_minor
    assert place_of("spender", ranked).position > 20


days = st.integers(0, 400)
facts = st.builds(
    Facts,
    customer=st.uuids().map(str),
    has_email=st.booleans(),
    orders=st.integers(0, 40),
    bought_days=st.integers(0, 40),
    kept_days=st.integers(0, 40),
    products=st.integers(0, 60),
    categories=st.integers(0, 5),
    gross_minor=st.integers(0, 10**9),
    net_minor=st.integers(0, 10**9),
    first_on=days.map(lambda ago: TODAY - dt.timedelta(days=400 + ago)),
    last_on=days.map(lambda ago: TODAY - dt.timedelta(days=ago)),
    reviews=st.integers(0, 20),
    helpful_votes=st.integers(0, 200),
    units_per_line=st.integers(1, 80).map(float),
    units_per_order=st.integers(1, 400).map(float),
    order_minor=st.integers(0, 10**7).map(float),
).map(lambda made: dataclasses.replace(made, net_minor=min(made.net_minor, made.gross_minor)))
stores = st.lists(facts, max_size=30, unique_by=lambda made: made.customer)


@given(stores, st.randoms())
def test_the_order_of_the_input_changes_nothing(customers: list[Facts], dice: Any) -> None:
    shuffled = list(customers)
    dice.shuffle(shuffled)

    assert rank(shuffled, as_of=TODAY) == rank(customers, as_of=TODAY)


@given(stores, st.sampled_from([10, 100, 365]))
def test_amounts_in_another_currency_change_no_decision(customers: list[Facts], rate: int) -> None:
    converted = [
        dataclasses.replace(
            made,
            gross_minor=made.gross_minor * rate,
            net_minor=made.net_minor * rate,
            order_minor=made.order_minor * rate,
        )
        for made in customers
    ]

    def decisions(found: list[Ranked]) -> list[tuple[str, Assessment]]:
        return [(one.inputs.facts.customer, one.assessment) for one in found]

    assert decisions(rank(converted, as_of=TODAY)) == decisions(rank(customers, as_of=TODAY))


@given(stores)
def test_what_is_stored_gives_the_same_decision_again(customers: list[Facts]) -> None:
    for one in rank(customers, as_of=TODAY):
        stored = json.loads(json.dumps(one.inputs.to_json()))
        assert assess(Inputs.from_json(stored)) == one.assessment


@given(stores)
def test_whoever_kept_nothing_is_set_apart(customers: list[Facts]) -> None:
    for one in rank(customers, as_of=TODAY):
        if one.inputs.facts.net_minor <= 0 or one.inputs.facts.kept_days < 2:
            assert one.assessment.set_apart


class TestRealGiftShop:
    """150 real customers of 2010 and 2011, wholesalers and cancellations among them."""

    def test_its_wholesalers_are_set_apart(self, data_folder: Path) -> None:
        ranked = rank(facts_of(read_lines(data_folder)), as_of=dt.date(2011, 12, 10))

        apart = {one.inputs.facts.customer: one.assessment.set_apart for one in ranked if one.assessment.set_apart}
        bulk = {customer for customer, reason in apart.items() if reason.startswith("Buys in bulk")}
        assert bulk == {"12346", "13068", "13225", "15098", "17396", "17949", "18220"}
        assert apart["17949"] == "Buys in bulk: typically 384 of a product, where 10 is usual"
        assert len(ranked) - len(apart) == 108

    def test_the_three_largest_by_turnover_are_not_in_the_list(self, data_folder: Path) -> None:
        ranked = rank(facts_of(read_lines(data_folder)), as_of=dt.date(2011, 12, 10))

        largest = sorted(ranked, key=lambda one: -one.inputs.facts.gross_minor)[:3]
        assert [one.inputs.facts.customer for one in largest] == ["12346", "17949", "15098"]
        assert all(one.position > 108 for one in largest)
        assert ranked[0].inputs.facts.customer == "12748"

    def test_the_first_tenth_comes_back_more_than_the_lower_half(self, data_folder: Path) -> None:
        cut = dt.date(2011, 6, 1)
        lines = read_lines(data_folder)
        ranked = rank(facts_of(line for line in lines if line.on < cut), as_of=cut)
        later = days_after(lines, cut)

        def came_back(part: list[Ranked]) -> int:
            return sum(later.get(one.inputs.facts.customer, 0) for one in part)

        # Seen: 12 people with 156 later days, against 60 people with 75.
        assert len(ranked) == 120
        assert came_back(ranked[:12]) > 1.5 * came_back(ranked[60:])

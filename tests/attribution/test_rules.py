"""The rule as a pure function: exact outcomes, and what holds for any inputs."""

import copy
import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.rules import canonical, decide
from attribution.rules.canonical import moment, stamp
from attribution.rules.identity import digest, normalised
from attribution.rules.story import span

PLACED = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
BUYER = "b" * 32
Json = dict[str, Any]


def before(**ago: float) -> str:
    return stamp(PLACED - dt.timedelta(**ago))


def touch(name: str, at: str, *, expert: str = "erik", visitor: str = "v1", skus: Any = ("BIKE",), **more: Any) -> Json:
    return {
        "id": name,
        "visitor": visitor,
        "expert": expert,
        "conversation": f"c-{visitor}",
        "occurred_at": at,
        "is_two_sided": True,
        "skus": list(skus),
        "terms": "terms-1",
        **more,
    }


def inputs(*touchpoints: Json, marker: str | None = "v1", visitors: Any = (), **more: Any) -> Json:
    return {
        "rule": "last_substantive_reply",
        "rule_version": "1",
        "order": {
            "id": "o1",
            "placed_at": stamp(PLACED),
            "buyer": [BUYER],
            "lines": [
                {"id": "l1", "sku": "BIKE", "title": "Kestrel 54"},
                {"id": "l2", "sku": "BEANS", "title": "Espresso beans"},
            ],
        },
        "marker": {
            "visitor": marker,
            "conversation": f"c-{marker}" if marker else None,
            "signed_at": before(hours=5) if marker else None,
            "note": "" if marker else "The order carried no marker.",
        },
        "visitors": list(visitors),
        "touchpoints": list(touchpoints),
        "experts": [
            {"id": "erik", "name": "Erik", "emails": ["e" * 32], "is_customer": False},
            {"id": "nora", "name": "Nora", "emails": ["a" * 32], "is_customer": False},
        ],
        "terms": [{"id": "terms-1", "version": 1, "window_days": 7}],
        "products": {"BIKE": "Kestrel 54", "TENT": "Trail tent"},
        **more,
    }


def teller(name: str, given_at: str) -> Json:
    return {"id": name, "email": BUYER, "email_given_at": given_at}


def kinds(receipt: Json) -> dict[str, str]:
    return {line["sku"]: line["kind"] for line in receipt["lines"]}


def test_the_product_that_was_talked_about_is_exact_and_the_rest_is_other() -> None:
    receipt = decide(inputs(touch("t1", before(hours=2))))

    assert (receipt["outcome"], receipt["expert"], receipt["reason"]) == ("credited", "erik", "last_reply")
    assert (receipt["evidence"], receipt["conversation"], receipt["terms"]) == ("marker", "c-v1", "terms-1")
    assert kinds(receipt) == {"BIKE": "exact", "BEANS": "other"}
    assert [step["title"] for step in receipt["story"]] == [
        "Erik answered the shopper",
        "The order was placed",
        "Credited to Erik",
    ]
    assert receipt["story"][-1]["text"] == (
        "Erik’s was the last substantive reply, 2 hours before the order and inside the window of 7 days. "
        "The conversation was about 1 of its 2 products."
    )


def test_something_else_bought_after_a_conversation_is_assisted() -> None:
    receipt = decide(inputs(touch("t1", before(hours=2), skus=["TENT"])))

    assert receipt["outcome"] == "assisted"
    assert kinds(receipt) == {"BIKE": "other", "BEANS": "other"}
    assert receipt["story"][-1]["title"] == "Erik assisted"


def test_skus_of_every_qualifying_reply_of_the_winner_count_and_nobody_elses() -> None:
    receipt = decide(
        inputs(
            touch("t1", before(days=8), skus=["TENT"]),
            touch("t2", before(days=3), skus=["BEANS"]),
            touch("t3", before(days=2), expert="nora", skus=["BIKE"]),
            touch("t4", before(days=1), skus=[]),
        )
    )

    assert receipt["skus"] == ["BEANS"]
    assert kinds(receipt) == {"BIKE": "other", "BEANS": "exact"}


def test_the_last_expert_before_the_order_wins_and_the_other_reads_why() -> None:
    receipt = decide(inputs(touch("t1", before(hours=4)), touch("t2", before(hours=3), expert="nora")))

    assert receipt["expert"] == "nora"
    assert [(loser["name"], loser["reason"], loser["words"]) for loser in receipt["losers"]] == [
        ("Erik", "earlier", "earlier than the last reply before the order")
    ]


@pytest.mark.parametrize(
    ("at", "reason", "nearest"),
    [
        (PLACED - dt.timedelta(days=7), "last_reply", None),
        (
            PLACED - dt.timedelta(days=7, microseconds=1),
            "outside_window",
            "Erik’s last reply was 0 seconds outside the window of 7 days.",
        ),
        (
            PLACED - dt.timedelta(days=7, hours=3),
            "outside_window",
            "Erik’s last reply was 3 hours outside the window of 7 days.",
        ),
        (PLACED - dt.timedelta(seconds=1), "last_reply", None),
        (PLACED, "after_order", "Erik replied 0 seconds after the order had been placed."),
        (PLACED + dt.timedelta(seconds=1), "after_order", "Erik replied 1 second after the order had been placed."),
    ],
)
def test_the_window_to_the_microsecond(at: dt.datetime, reason: str, nearest: str | None) -> None:
    receipt = decide(inputs(touch("t1", stamp(at))))

    assert (receipt["reason"], receipt["nearest_miss"]) == (reason, nearest)
    assert (receipt["expert"] == "erik") is (reason == "last_reply")


def test_the_window_is_that_of_the_terms_at_the_time_of_the_reply() -> None:
    terms = [{"id": "terms-1", "version": 1, "window_days": 7}, {"id": "terms-2", "version": 2, "window_days": 1}]

    old = decide(inputs(touch("t1", before(days=6)), terms=terms))
    new = decide(inputs(touch("t1", before(days=2), terms="terms-2"), terms=terms))

    assert (old["outcome"], old["terms"]) == ("credited", "terms-1")
    assert (new["outcome"], new["reason"], new["terms"]) == ("uncredited", "outside_window", None)


def test_a_monologue_earns_nothing() -> None:
    receipt = decide(inputs(touch("t1", before(hours=1), is_two_sided=False)))

    assert (receipt["outcome"], receipt["reason"]) == ("uncredited", "one_sided")
    assert receipt["nearest_miss"] == "Erik wrote, but the shopper had not: credit needs an exchange."


def test_an_email_given_before_the_order_ties_it_and_one_given_after_does_not() -> None:
    early = decide(inputs(touch("t1", before(hours=2)), marker=None, visitors=[teller("v1", before(hours=1))]))
    late = decide(inputs(touch("t1", before(hours=2)), marker=None, visitors=[teller("v1", before(hours=-1))]))

    assert (early["outcome"], early["evidence"]) == ("credited", "email")
    assert (late["outcome"], late["reason"], late["evidence"]) == ("uncredited", "no_evidence", "none")
    assert late["story"][0]["text"] == "Its buyer’s e-mail was left in a conversation, but only after the order."


def test_the_marker_is_stronger_than_an_email_even_if_that_reply_was_later() -> None:
    receipt = decide(
        inputs(
            touch("t1", before(hours=3)),
            touch("t2", before(hours=1), expert="nora", visitor="v2"),
            visitors=[teller("v2", before(hours=2))],
        )
    )

    assert (receipt["expert"], receipt["evidence"]) == ("erik", "marker")
    assert [(loser["name"], loser["reason"]) for loser in receipt["losers"]] == [("Nora", "weaker_evidence")]


def test_an_email_decides_where_the_markers_conversation_had_no_answer() -> None:
    receipt = decide(
        inputs(
            touch("t2", before(hours=1), expert="nora", visitor="v2"),
            marker="v1",
            visitors=[teller("v2", before(hours=2))],
        )
    )

    assert (receipt["expert"], receipt["evidence"]) == ("nora", "email")


def test_a_stranger_to_the_order_never_counts() -> None:
    receipt = decide(inputs(touch("t1", before(hours=1), visitor="somebody else")))

    assert (receipt["outcome"], receipt["reason"], receipt["losers"]) == ("uncredited", "no_reply", [])
    assert receipt["story"][0]["text"] == (
        "Its cart carried the signed marker of the conversation, but no expert had answered in it."
    )


@pytest.mark.parametrize("own", [{"emails": [BUYER]}, {"is_customer": True}])
def test_an_experts_own_purchase_earns_nobody_anything(own: Json) -> None:
    given_inputs = inputs(touch("t1", before(hours=3), expert="nora"), touch("t2", before(hours=2)))
    given_inputs["experts"][0] |= own

    receipt = decide(given_inputs)

    assert (receipt["outcome"], receipt["reason"], receipt["expert"]) == ("uncredited", "self_purchase", None)
    assert receipt["lines"] == receipt["skus"] == []
    assert receipt["story"][-1]["text"] == "Erik is its buyer, and own orders earn nothing."


def test_nothing_at_all_says_why() -> None:
    receipt = decide(inputs(marker=None))

    assert (receipt["outcome"], receipt["reason"], receipt["nearest_miss"]) == ("uncredited", "no_evidence", None)
    assert receipt["story"][0]["text"] == "Nothing ties it to a conversation. The order carried no marker."


touchpoints = st.lists(
    st.builds(
        touch,
        st.uuids().map(str),
        st.integers(-20 * 86_400, 2 * 86_400).map(lambda seconds: stamp(PLACED + dt.timedelta(seconds=seconds))),
        expert=st.sampled_from(["erik", "nora"]),
        visitor=st.sampled_from(["v1", "v2", "v3"]),
        skus=st.lists(st.sampled_from(["BIKE", "BEANS", "TENT"]), max_size=2, unique=True),
        is_two_sided=st.booleans(),
        terms=st.sampled_from(["terms-1", "terms-2"]),
    ),
    max_size=8,
    unique_by=lambda one: one["id"],
)
any_inputs = st.builds(
    lambda touches, marker, given_at, is_own: {
        **inputs(
            *touches,
            marker=marker,
            visitors=[teller("v2", given_at)],
            terms=[
                {"id": "terms-1", "version": 1, "window_days": 7},
                {"id": "terms-2", "version": 2, "window_days": 2},
            ],
        ),
        "experts": [
            {"id": "erik", "name": "Erik", "emails": [BUYER] if is_own else [], "is_customer": False},
            {"id": "nora", "name": "Nora", "emails": [], "is_customer": False},
        ],
    },
    touchpoints,
    st.sampled_from([None, "v1", "v3"]),
    st.sampled_from([before(hours=1), before(hours=-1)]),
    st.booleans(),
)


@given(any_inputs)
def test_credit_goes_to_one_expert_for_a_reply_that_qualifies_or_to_nobody(given_inputs: Json) -> None:
    receipt = decide(given_inputs)

    assert (receipt["expert"] is None) == (receipt["outcome"] == "uncredited")
    assert bool(receipt["lines"]) == (receipt["expert"] is not None)
    if receipt["expert"]:
        [won] = [one for one in given_inputs["touchpoints"] if one["id"] == receipt["touchpoint"]]
        window = {"terms-1": 7, "terms-2": 2}[won["terms"]]
        ago = PLACED - moment(won["occurred_at"])
        assert dt.timedelta() < ago <= dt.timedelta(days=window)
        assert won["is_two_sided"]
        assert (won["expert"], won["terms"]) == (receipt["expert"], receipt["terms"])
        assert won["visitor"] in {given_inputs["marker"]["visitor"], "v2"}
        assert receipt["expert"] not in {loser["expert"] for loser in receipt["losers"]}


@given(any_inputs, st.randoms(use_true_random=False))
def test_how_the_inputs_are_sorted_changes_no_byte(given_inputs: Json, random: Any) -> None:
    shuffled = copy.deepcopy(given_inputs)
    for name in ("touchpoints", "experts", "terms", "visitors"):
        random.shuffle(shuffled[name])
    random.shuffle(shuffled["order"]["lines"])

    assert canonical(decide(shuffled)) == canonical(decide(given_inputs))


@given(any_inputs)
def test_stored_inputs_give_the_same_bytes_again_and_are_not_changed(given_inputs: Json) -> None:
    stored = canonical(given_inputs)
    receipt = canonical(decide(given_inputs))

    assert canonical(given_inputs) == stored
    assert canonical(decide(json.loads(stored))) == receipt


def test_canonical_json_refuses_floats() -> None:
    with pytest.raises(TypeError):
        canonical({"a": [{"b": 0.1}]})


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (3_599, "59 minutes"),
        (10_800, "3 hours"),
        (86_400, "24 hours"),
        (172_799, "47 hours"),
        (172_800, "2 days"),
        (604_800, "7 days"),
    ],
)
def test_spans_as_people_say_them(seconds: int, words: str) -> None:
    assert span(seconds) == words


def test_one_persons_spellings_of_an_address() -> None:
    assert normalised(" Jon.Snow+shop@GoogleMail.com") == normalised("jonsnow@gmail.com") == "jonsnow@gmail.com"
    assert normalised("jon.snow@example.com") == "jon.snow@example.com" != normalised("jonsnow@example.com")
    assert digest("Jon+a@example.com", key=b"1") == digest("jon@example.com", key=b"1")
    assert digest("jon@example.com", key=b"1") != digest("jon@example.com", key=b"2")

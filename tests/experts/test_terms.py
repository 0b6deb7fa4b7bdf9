"""The terms' page: what is in force, what was, and publishing what comes next."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from experts.models import Terms
from experts.services.terms import Rates, publish_terms, terms_in_force
from stores.errors import BadInput
from stores.models import AuditEvent, Store
from stores.scope import store_scope
from tests.cast import Cast

ROME = ZoneInfo("Europe/Rome")


@pytest.fixture(autouse=True)
def in_rome(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        Store.objects.filter(pk=cast.store_a.pk).update(timezone="Europe/Rome")


def entered(**changed: str) -> dict[str, str]:
    """What the form sends, from today on."""
    today = timezone.localdate(timezone=ROME)
    return {
        "rate_exact": "12.5",
        "rate_other": "4",
        "window_days": "10",
        "hold_days": "21",
        "minimum_payout": "25.00",
        "effective_on": today.isoformat(),
    } | changed


def publish(cast: Cast, browser: Client, **changed: str) -> Any:
    return browser.post(reverse("store_terms_publish", args=[cast.store_a.slug]), entered(**changed))


def versions(cast: Cast) -> list[Terms]:
    with store_scope(cast.store_a.id):
        return list(Terms.objects.order_by("version"))


def test_the_terms_in_force_stand_there_in_words(cast: Cast, maya: Client) -> None:
    page = maya.get(reverse("store_terms", args=[cast.store_a.slug])).content.decode()

    assert "10\N{NO-BREAK SPACE}% of the price of a product that you advised on" in page
    assert "If he orders within 7 days of your advice" in page
    # 14 days to return goods, and 3 of grace.
    assert "17 days after the order" in page
    assert "Payouts start at €20.00" in page
    assert 'value="10"' in page


def test_new_terms_are_a_new_version_from_today(cast: Cast, maya: Client) -> None:
    before = timezone.now()

    response = publish(cast, maya)

    assert response.headers["Location"] == reverse("store_terms", args=[cast.store_a.slug])
    first, second = versions(cast)
    assert (first.rate_exact_bps, first.rate_other_bps, first.window_days) == (1000, 500, 7)
    assert (second.version, second.rate_exact_bps, second.rate_other_bps) == (2, 1250, 400)
    assert (second.window_days, second.hold_days, second.minimum_payout_minor) == (10, 21, 2500)
    assert second.fee_bps == 2000
    assert before <= second.effective_from <= timezone.now()
    with store_scope(cast.store_a.id):
        [event] = AuditEvent.objects.filter(verb="terms.published")
    assert (event.user_id, event.data["version"], event.data["rate_exact_bps"]) == (cast.maya.pk, 2, 1250)
    page = maya.get(response.headers["Location"]).content.decode()
    assert "Version 2 is published." in page
    assert "12.5\N{NO-BREAK SPACE}% of the price" in page


def test_terms_of_a_later_day_begin_at_midnight_in_the_store(cast: Cast, maya: Client) -> None:
    day = timezone.localdate(timezone=ROME) + dt.timedelta(days=9)

    publish(cast, maya, effective_on=day.isoformat())

    coming = versions(cast)[1]
    assert coming.effective_from == dt.datetime.combine(day, dt.time(), tzinfo=ROME)
    with store_scope(cast.store_a.id):
        assert terms_in_force(store=cast.store_a, at=timezone.now()) == cast.terms
        assert terms_in_force(store=cast.store_a, at=coming.effective_from) == coming
    page = maya.get(reverse("store_terms", args=[cast.store_a.slug])).content.decode()
    assert "Coming" in page
    earlier = publish(cast, maya, effective_on=(day - dt.timedelta(days=1)).isoformat(), rate_exact="9")
    assert "Version 2 starts on" in earlier.content.decode()
    assert len(versions(cast)) == 2


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("rate_exact", "50.01", "At most 50."),
        ("rate_exact", "-1", "At least 0."),
        ("rate_exact", "10.125", "At most 2 digits after the point."),
        ("rate_other", "a lot", "Enter a number"),
        ("rate_other", "", "Enter a number."),
        ("window_days", "0", "At least 1."),
        ("window_days", "31", "At most 30."),
        ("hold_days", "121", "At most 120."),
        ("minimum_payout", "-0.01", "At least 0."),
        ("minimum_payout", "1.005", "At most 2 digits after the point."),
        ("effective_on", "2020-01-01", "New terms cannot start in the past."),
        ("effective_on", "soon", "Enter a valid date"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(cast: Cast, maya: Client, field: str, value: str, words: str) -> None:
    page = publish(cast, maya, **{field: value}).content.decode()

    assert words in page
    assert 'value="12.5"' in page or field == "rate_exact"
    assert len(versions(cast)) == 1


def test_the_same_again_is_no_new_version(cast: Cast, maya: Client) -> None:
    same = {"rate_exact": "10", "rate_other": "5", "window_days": "7", "hold_days": "30", "minimum_payout": "20"}

    page = publish(cast, maya, **same).content.decode()

    assert "Nothing is different from the newest version." in page
    assert len(versions(cast)) == 1


@pytest.mark.parametrize(
    ("role", "sees", "publishes"),
    [("manager", 200, 403), ("analyst", 200, 403), ("omar", 404, 404), ("erik_user", 404, 404), (None, 302, 302)],
)
def test_only_owners_publish(cast: Cast, role: str | None, sees: int, publishes: int) -> None:
    browser = cast.client_of(getattr(cast, role) if role else None)

    page = browser.get(reverse("store_terms", args=[cast.store_a.slug]))

    assert page.status_code == sees
    assert "Publish these terms" not in page.content.decode()
    assert publish(cast, browser).status_code == publishes
    assert len(versions(cast)) == 1


def test_the_service_refuses_what_no_form_would_send(cast: Cast) -> None:
    wrong: list[Rates] = [{"rate_exact_bps": 5001}, {"window_days": 0}, {"fee_bps": -1}]
    for rates in wrong:
        with store_scope(cast.store_a.id), pytest.raises(BadInput):
            publish_terms(store=cast.store_a, user=cast.maya, now=timezone.now(), **rates)
    assert len(versions(cast)) == 1

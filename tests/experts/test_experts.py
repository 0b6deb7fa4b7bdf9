"""The dashboard's pages about experts: the list, one expert, pausing."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from experts.models import Expert, ExpertState
from experts.services.experts import leave, set_availability
from experts.services.invitations import invite
from stores.models import AuditEvent
from stores.scope import store_scope
from tests.cast import Cast
from tests.experts.people import make_customer, make_order, make_product, refund


def erik_now(cast: Cast) -> Expert:
    with store_scope(cast.store_a.id):
        return Expert.objects.get(pk=cast.erik.pk)


def page_of(cast: Cast, expert: Expert) -> str:
    return reverse("store_expert", args=[cast.store_a.slug, expert.pk])


def pause(cast: Cast, browser: Client, reason: str = "We talk on Monday.") -> Any:
    return browser.post(reverse("store_expert_pause", args=[cast.store_a.slug, cast.erik.pk]), {"reason": reason})


def verbs(cast: Cast) -> list[str]:
    with store_scope(cast.store_a.id):
        return list(AuditEvent.objects.filter(object_kind="expert").order_by("pk").values_list("verb", flat=True))


def test_the_list_shows_experts_and_invitations(cast: Cast, maya: Client) -> None:
    with store_scope(cast.store_a.id):
        set_availability(expert=cast.erik, is_available=True, now=cast.now)
        leave(expert=cast.nora, now=cast.now)
        lena = make_customer(cast.store_a, "Lena Holm")
        invite(store=cast.store_a, customer=lena, user=cast.maya, now=cast.now)

    page = maya.get(reverse("store_experts", args=[cast.store_a.slug])).content.decode()

    assert page.index("Lena Holm") < page.index("Erik") < page.index("Nora")
    assert page.index("Available now") < page.index("Has left")
    assert lena.email in page
    assert "English" in page
    assert page.count("Send again</button>") == 1
    assert page.count("Withdraw</button>") == 1


def test_a_store_without_experts_is_shown_the_way(cast: Cast, omar: Client) -> None:
    page = omar.get(reverse("store_experts", args=[cast.store_b.slug])).content.decode()

    assert "No experts yet" in page
    assert page.count(reverse("store_candidates", args=[cast.store_b.slug])) >= 2


def test_an_analyst_sees_and_cannot_act(cast: Cast) -> None:
    analyst = cast.client_of(cast.analyst)

    page = analyst.get(reverse("store_experts", args=[cast.store_a.slug])).content.decode()
    erik = analyst.get(page_of(cast, cast.erik)).content.decode()

    assert "Erik" in page
    assert "Invite a customer" not in page
    assert "Pause Erik" not in erik
    assert "Statement of" not in erik
    assert pause(cast, analyst).status_code == 403
    assert erik_now(cast).state == ExpertState.ACTIVE


@pytest.mark.parametrize("name", ["store_experts", "store_terms"])
def test_strangers_find_nothing(cast: Cast, omar: Client, erik: Client, name: str) -> None:
    url = reverse(name, args=[cast.store_a.slug])

    assert (omar.get(url).status_code, erik.get(url).status_code, Client().get(url).status_code) == (404, 404, 302)


def test_an_expert_of_another_store_is_as_good_as_none(cast: Cast, omar: Client) -> None:
    planted = omar.get(reverse("store_expert", args=[cast.store_b.slug, cast.erik.pk]))

    assert planted.status_code == 404
    assert omar.post(reverse("store_expert_pause", args=[cast.store_b.slug, cast.erik.pk])).status_code == 404
    assert erik_now(cast).state == ExpertState.ACTIVE


def test_the_experts_page_says_what_she_owns_and_agreed_to(cast: Cast, maya: Client) -> None:
    with store_scope(cast.store_a.id):
        tent, pot = make_product(cast.store_a, "Trail tent"), make_product(cast.store_a, "Moka pot")
        assert cast.erik.customer
        make_order(cast.erik.customer, [tent], at=dt.datetime(2026, 3, 3, 12, tzinfo=dt.UTC))
        back = make_order(cast.erik.customer, [pot], at=cast.now - dt.timedelta(days=20))
        refund(back, at=cast.now)

    page = maya.get(page_of(cast, cast.erik)).content.decode()

    assert "Trail tent" in page
    assert "bought in </span>March 2026" in page
    assert "Moka pot" not in page
    assert "Version 1, accepted on" in page
    assert cast.erik_user.email in page
    today = cast.now.date()
    assert reverse("store_statement", args=[cast.store_a.slug, cast.erik.pk, today.year, today.month]) in page


def test_a_pause_has_a_reason_and_a_way_back(cast: Cast, maya: Client, erik: Client) -> None:
    with store_scope(cast.store_a.id):
        set_availability(expert=cast.erik, is_available=True, now=cast.now)

    empty = pause(cast, maya, "   ")
    assert empty.status_code == 400
    assert "Say why" in empty.content.decode()
    assert erik_now(cast).state == ExpertState.ACTIVE

    assert pause(cast, maya).headers["Location"] == page_of(cast, cast.erik)
    paused = erik_now(cast)
    assert (paused.state, paused.is_available) == (ExpertState.PAUSED, False)
    assert "We talk on Monday." in maya.get(page_of(cast, cast.erik)).content.decode()
    assert "We talk on Monday." in erik.get(reverse("console_profile")).content.decode()
    pause(cast, maya)

    maya.post(reverse("store_expert_resume", args=[cast.store_a.slug, cast.erik.pk]))
    assert erik_now(cast).state == ExpertState.ACTIVE
    assert "We talk on Monday." not in erik.get(reverse("console_profile")).content.decode()
    assert verbs(cast) == ["expert.paused", "expert.resumed"]


def test_who_has_left_cannot_be_resumed(cast: Cast, maya: Client) -> None:
    with store_scope(cast.store_a.id):
        leave(expert=cast.erik, now=cast.now)

    maya.post(reverse("store_expert_resume", args=[cast.store_a.slug, cast.erik.pk]))

    assert erik_now(cast).state == ExpertState.LEFT

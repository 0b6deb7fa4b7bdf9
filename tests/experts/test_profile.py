"""The expert's own page in the console."""

import pytest
from django.test import Client
from django.urls import reverse

from experts.models import Expert, ExpertState
from experts.services.experts import set_availability
from experts.services.terms import publish_terms
from stores.models import AuditEvent
from stores.scope import store_scope
from tests.cast import Cast, make_expert
from tests.experts.people import make_order, make_product

PROFILE = {
    "display_name": "Erik L.",
    "face": "silver",
    "about": "Rides all winter.",
    "languages": ["en", "nl"],
    "max_conversations": "5",
}


def stored(cast: Cast, expert: Expert) -> Expert:
    with store_scope(expert.store_id):
        return Expert.objects.get(pk=expert.pk)


def test_she_changes_what_shoppers_see(cast: Cast, erik: Client) -> None:
    url = reverse("console_profile")

    response = erik.post(url, PROFILE)

    assert response.headers["Location"] == f"{url}?store={cast.store_a.slug}"
    now = stored(cast, cast.erik)
    assert (now.display_name, now.face, now.about) == ("Erik L.", "silver", "Rides all winter.")
    assert (now.languages, now.max_conversations) == (["en", "nl"], 5)
    page = erik.get(response.headers["Location"]).content.decode()
    assert "Saved. Shoppers see it from now on." in page
    assert 'value="Erik L."' in page
    with store_scope(cast.store_a.id):
        [event] = AuditEvent.objects.filter(object_kind="expert")
    assert (event.verb, event.user_id, event.object_id) == ("expert.changed", cast.erik_user.pk, str(cast.erik.pk))


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("display_name", "", "Shoppers need a name to talk to."),
        ("display_name", "x" * 41, "at most 40 characters"),
        ("face", "", "Choose one of the portraits."),
        ("face", "../mark", "is not one of the available choices"),
        ("about", "x" * 281, "at most 280 characters"),
        ("languages", [], "Choose at least one language"),
        ("max_conversations", "0", "At least 1."),
        ("max_conversations", "11", "At most 10."),
        ("max_conversations", "many", "Enter a whole number"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    cast: Cast, erik: Client, field: str, value: object, words: str
) -> None:
    page = erik.post(reverse("console_profile"), PROFILE | {field: value}).content.decode()

    assert words in page
    assert "Rides all winter." in page or field == "about"
    assert stored(cast, cast.erik).display_name == "Erik"


def test_the_page_shows_what_she_owns_and_agreed_to(cast: Cast, erik: Client) -> None:
    with store_scope(cast.store_a.id):
        assert cast.erik.customer
        make_order(cast.erik.customer, [make_product(cast.store_a, "Trail tent")], at=cast.now)
        publish_terms(store=cast.store_a, user=cast.maya, now=cast.now, rate_other_bps=300)

    page = erik.get(reverse("console_profile")).content.decode()

    assert "Trail tent" in page
    assert "Verified from your orders" in page
    assert "Version 1, accepted on" in page
    assert "Read version 2" in page
    assert "3\N{NO-BREAK SPACE}% of what else" in page


def test_others_have_no_such_page(cast: Cast, maya: Client, omar: Client) -> None:
    for url in (reverse("console_profile"), reverse("console_profile") + f"?store={cast.store_a.slug}"):
        assert (maya.get(url).status_code, omar.get(url).status_code) == (404, 404)
        assert Client().get(url).headers["Location"].startswith(reverse("account_request_login_code"))
    assert maya.post(reverse("console_leave")).status_code == 404


def test_two_stores_are_two_profiles(cast: Cast, erik: Client) -> None:
    with store_scope(cast.store_b.id):
        terms = cast.store_b.terms.get()
        other = make_expert(cast.store_b, terms, "Erik", cast.now)
        Expert.objects.filter(pk=other.pk).update(user=cast.erik_user)
    here, there = (f"{reverse('console_profile')}?store={store.slug}" for store in (cast.store_a, cast.store_b))
    assert erik.get(there).status_code == 200

    erik.post(here, PROFILE)

    assert stored(cast, cast.erik).display_name == "Erik L."
    assert stored(cast, other).display_name == "Erik"
    assert cast.store_b.name.replace("&", "&amp;") in erik.get(here).content.decode()


def test_she_leaves_with_one_click_and_a_second_one_does_no_harm(cast: Cast, erik: Client) -> None:
    with store_scope(cast.store_a.id):
        set_availability(expert=cast.erik, is_available=True, now=cast.now)
    url = f"{reverse('console_leave')}?store={cast.store_a.slug}"
    assert erik.get(url).status_code == 405

    response = erik.post(url)

    assert response.headers["Location"] == reverse("home_after_sign_in")
    gone = stored(cast, cast.erik)
    assert (gone.state, gone.is_available) == (ExpertState.LEFT, False)
    assert "What you have earned stays yours" in erik.get(response.headers["Location"]).content.decode()
    assert erik.post(url).status_code == 404
    assert erik.get(reverse("console_profile")).status_code == 404
    with store_scope(cast.store_a.id):
        left = AuditEvent.objects.filter(object_kind="expert", object_id=str(cast.erik.pk))
        assert list(left.values_list("verb", flat=True)) == ["expert.left"]
    assert stored(cast, cast.nora).state == ExpertState.ACTIVE

"""What /w/<public key>/frame/ answers."""

import pytest
from django.test import Client
from pytest_django import Settings

from chat.wording import disclosure
from experts.models import Expert
from storefront_widget.frame import ink_on, who_is_here
from stores.models import Store
from stores.scope import store_scope
from tests.cast import SHOP_ORIGIN, Cast
from tests.widget.shop import buy
from tests.widget.test_loader import arrive


def policy(store: Store) -> dict[str, str]:
    answer = Client().get(f"/w/{store.public_key}/frame/")
    parts = (part.strip().partition(" ") for part in answer.headers["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in parts}


def html(store: Store) -> str:
    return Client().get(f"/w/{store.public_key}/frame/").content.decode()


def test_its_policy_allows_our_own_origin_and_the_stores_sites(cast: Cast, settings: Settings) -> None:
    settings.WIDGET_ORIGIN = "https://widget.example"

    assert policy(cast.store_a) == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self' wss://widget.example",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": SHOP_ORIGIN,
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }


@pytest.mark.parametrize(
    "origin",
    [
        "https://a.example; script-src *",
        "*",
        "https://*.a.example",
        "https://a.example/x",
        "javascript:1",
        "'self'",
        "",
    ],
)
def test_what_is_no_origin_stays_out_of_the_policy(cast: Cast, origin: str) -> None:
    Store.objects.filter(pk=cast.store_a.pk).update(allowed_origins=[origin, "http://127.0.0.1:8001"])

    assert policy(cast.store_a)["frame-ancestors"] == "http://127.0.0.1:8001"
    assert policy(cast.store_a)["script-src"] == "'self'"


def test_a_store_without_sites_is_framed_by_nobody(cast: Cast) -> None:
    Store.objects.filter(pk=cast.store_a.pk).update(allowed_origins=[])

    assert policy(cast.store_a)["frame-ancestors"] == "'none'"


def test_a_sample_store_may_be_framed_by_our_own_site(cast: Cast, settings: Settings) -> None:
    Store.objects.filter(pk=cast.store_a.pk).update(is_sample=True)

    assert policy(cast.store_a)["frame-ancestors"] == f"{SHOP_ORIGIN} {settings.SITE_URL}"


def test_it_knows_no_session(cast: Cast) -> None:
    answer = cast.client_of(cast.maya).get(f"/w/{cast.store_a.public_key}/frame/")

    assert "X-Frame-Options" not in answer.headers
    assert "Vary" not in answer.headers
    assert not answer.cookies
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.content == Client().get(f"/w/{cast.store_a.public_key}/frame/").content


def test_an_unknown_key_is_missing() -> None:
    assert Client().get("/w/pk_000000000000000000000000/frame/").status_code == 404


def test_it_introduces_those_who_are_here_with_what_they_own_and_that_they_earn(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        buy(cast.erik, ("A", "Gravel Bike 40"), ("B", "Alder 2 tent"), ("C", "Bar bag"), now=cast.now)
        Expert.objects.filter(pk=cast.erik.pk).update(about="Rides <b>all</b> year", languages=["en", "de"])
    arrive(cast.erik, cast.now)

    page = html(cast.store_a)

    assert "Owns Gravel Bike 40, Alder 2 tent and 1 more" in page
    assert "Speaks English and German" in page
    assert "Rides &lt;b&gt;all&lt;/b&gt; year" in page
    assert "Erik is here" in page
    assert "Nora" not in page
    assert disclosure(store=cast.store_a.name).replace("&", "&amp;") in page


def test_it_says_so_when_nobody_is_here(cast: Cast) -> None:
    page = html(cast.store_a)

    assert "Nobody is here right now" in page
    assert "Leave a question" in page


def test_who_is_here_in_words() -> None:
    assert who_is_here([]) == "Nobody is here right now"
    assert who_is_here(["Erik"]) == "Erik is here"
    assert who_is_here(["Erik", "Nora"]) == "Erik and Nora are here"
    assert who_is_here(["Erik", "Nora", "Ida"]) == "Erik, Nora and Ida are here"


@pytest.mark.parametrize(
    ("colour", "ink"), [("#000000", "#ffffff"), ("#ffffff", "#000000"), ("#1f6f54", "#ffffff"), ("#ffcc00", "#000000")]
)
def test_ink_is_readable_on_the_stores_colour(colour: str, ink: str) -> None:
    assert ink_on(colour) == ink

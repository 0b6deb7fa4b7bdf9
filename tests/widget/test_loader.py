"""What /w/<public key>.js answers."""

import datetime as dt
import uuid

import pytest
from django.test import Client

from chat.services.presence import renew_lease
from experts.models import Expert
from experts.services.experts import set_availability
from stores.models import Store
from stores.scope import store_scope
from tests.cast import SHOP_ORIGIN, Cast
from tests.widget.shop import buy


@pytest.fixture
def here(cast: Cast) -> Cast:
    """Erik and Nora take conversations and have their consoles open."""
    for expert in (cast.erik, cast.nora):
        arrive(expert, cast.now)
    return cast


def arrive(expert: Expert, now: dt.datetime) -> None:
    with store_scope(expert.store_id):
        set_availability(expert=expert, is_available=True, now=now)
        renew_lease(expert=expert, connection_id=uuid.uuid4(), now=now)


def load(store: Store, **headers: str) -> str:
    answer = Client(headers=headers).get(f"/w/{store.public_key}.js")
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_is_a_script_for_anybodys_page_and_knows_no_session(here: Cast) -> None:
    answer = here.client_of(here.maya).get(f"/w/{here.store_a.public_key}.js")

    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Vary" not in answer.headers
    assert not answer.cookies


def test_a_browser_that_has_it_gets_no_second_copy(here: Cast) -> None:
    first = Client().get(f"/w/{here.store_a.public_key}.js")

    again = Client(headers={"if-none-match": first.headers["ETag"]}).get(f"/w/{here.store_a.public_key}.js")

    assert again.status_code == 304
    assert again.content == b""


def test_an_unknown_key_says_in_the_script_what_to_do() -> None:
    answer = Client().get("/w/pk_000000000000000000000000.js")

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.content.decode().startswith("/* Peerside: no store has this public key. Copy the snippet again")


@pytest.mark.parametrize("name", ["</script><b>", "\u2028\u2029", '"); alert(1); ("', "\\u003c", "*/ x /*"])
def test_no_name_gets_out_of_its_place_in_the_script(here: Cast, name: str) -> None:
    with store_scope(here.store_a.id):
        Expert.objects.filter(pk=here.erik.pk).update(display_name=name)

    script = load(here.store_a)

    assert script.isascii()
    assert "<" not in script.split("const page")[0]
    assert 'alert(1); ("' not in script


def test_a_colour_that_is_none_does_not_reach_the_style(here: Cast) -> None:
    Store.objects.filter(pk=here.store_a.pk).update(accent="red}*{")

    assert '"accent":"#1f6f54"' in load(here.store_a)


def test_it_names_those_who_are_here(here: Cast) -> None:
    script = load(here.store_a)

    assert '"line":"Ask Erik or Nora"' in script
    assert '"note":"Here now"' in script
    assert f'"origins":["{SHOP_ORIGIN}"]' in script


def test_an_expert_without_an_open_console_is_not_said_to_be_here(cast: Cast) -> None:
    arrive(cast.nora, cast.now)
    with store_scope(cast.store_a.id):
        set_availability(expert=cast.erik, is_available=True, now=cast.now)
        renew_lease(expert=cast.erik, connection_id=uuid.uuid4(), now=cast.now - dt.timedelta(minutes=5))

    assert '"line":"Ask Nora"' in load(cast.store_a)


def test_an_expert_who_takes_none_is_not_said_to_be_here(here: Cast) -> None:
    with store_scope(here.store_a.id):
        for expert in (here.erik, here.nora):
            set_availability(expert=expert, is_available=False, now=here.now)

    script = load(here.store_a)

    assert '"line":"Leave a question"' in script
    assert '"note":"Nobody is here right now"' in script
    assert "Erik" not in script


def test_another_store_has_none_of_them(here: Cast) -> None:
    script = load(here.store_b)

    assert '"experts":[]' in script
    assert "Erik" not in script


def test_it_knows_what_they_own_newest_first_as_far_as_there_is_room(here: Cast) -> None:
    with store_scope(here.store_a.id):
        buy(here.erik, *((f"ERIK-{number:03}", "x") for number in range(20)), now=here.now)
        buy(here.nora, ("NORA-1", "x"), ("N" * 100, "too long for a launcher"), now=here.now)

    script = load(here.store_a)

    assert '"owns":["ERIK-000","ERIK-001","ERIK-002",' in script
    assert '"owns":["NORA-1"]' in script
    assert "ERIK-010" in script
    assert "ERIK-011" not in script


def test_a_sample_stores_shop_is_on_our_own_site(here: Cast, settings: pytest.FixtureRequest) -> None:
    Store.objects.filter(pk=here.store_a.pk).update(is_sample=True)

    assert f'"origins":["{SHOP_ORIGIN}","{settings.SITE_URL}"]' in load(here.store_a)  # type: ignore[attr-defined]


def test_only_reading_is_possible(cast: Cast) -> None:
    assert Client().post(f"/w/{cast.store_a.public_key}.js").status_code == 405
    assert Client().post(f"/w/{cast.store_a.public_key}/frame/").status_code == 405

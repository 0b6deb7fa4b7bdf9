"""Who gets a socket, what it takes, and how it ends."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import psycopg2
import pytest
import time_machine
from django.db import connections
from django.test import Client
from django.utils import timezone
from websockets.exceptions import InvalidStatus

from chat.actions import expert as expert_actions
from chat.actions import visitor as visitor_actions
from chat.consumers import base, console, widget
from chat.services.presence import is_present
from stores.models import Visitor
from stores.scope import store_scope
from tests.chat.kit import SITE, Chat, cookie_of, new_id, ticket_of

ROUTES = ("/ws/widget/{key}/", "/ws/console/")
OTHER_ORIGINS = {
    "none": None,
    "null": "null",
    "https": "https://127.0.0.1:8000",
    "other port": "http://127.0.0.1:8001",
    "no port": "http://127.0.0.1",
    "subdomain": "http://evil.127.0.0.1:8000",
    "suffix": "http://127.0.0.1:8000.evil.example",
    "prefix": "evilhttp://127.0.0.1:8000",
    "userinfo": "http://127.0.0.1:8000@evil.example",
    "upper case": "HTTP://127.0.0.1:8000",
    "slash": "http://127.0.0.1:8000/",
    "path": "http://127.0.0.1:8000/demo",
    "space": "http://127.0.0.1:8000 http://evil.example",
    "name": "http://localhost:8000",
    "shop": "https://shop.example",
    "IDN": "http://xn--pple-43d.example",
}


@pytest.fixture
def no_queries(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fails if a socket goes to the database."""

    async def refuse(*_: Any, **__: Any) -> None:
        pytest.fail("the database was asked")

    for module in (widget, console):
        monkeypatch.setattr(module, "in_store", refuse)
        monkeypatch.setattr(module, "outside_stores", refuse)
    yield


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("origin", OTHER_ORIGINS.values(), ids=OTHER_ORIGINS.keys())
def test_another_origin_gets_no_socket(chat: Chat, no_queries: None, route: str, origin: str | None) -> None:
    with pytest.raises(InvalidStatus) as refused:
        chat.dial(route.format(key=chat.store.public_key), origin=origin)
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("route", ROUTES)
def test_our_own_origin_gets_one(chat: Chat, route: str) -> None:
    assert chat.dial(route.format(key=chat.store.public_key), origin=SITE).link.protocol.state.name == "OPEN"


@pytest.mark.parametrize(
    "token", ["", None, "null", 7, [], {}, ["a"], "x" * 43, "é" * 43, "y" * 5000, "ANOTHER STORE"], ids=repr
)
def test_a_token_that_is_not_this_stores_gets_no_welcome(chat: Chat, token: Any) -> None:
    token = chat.cast.visitor_b_token if token == "ANOTHER STORE" else token
    wire = chat.dial(f"/ws/widget/{chat.store.public_key}/")
    wire.send("hello", v=1, token=token)
    assert (wire.close_code(), wire.seen) == (4401, [])


def test_an_unknown_public_key_says_as_little_as_an_unknown_token(chat: Chat) -> None:
    wire = chat.dial("/ws/widget/pk_000000000000000000000000/")
    wire.send("hello", v=1, token=chat.cast.visitor_token)
    assert (wire.close_code(), wire.seen) == (4401, [])


def test_who_says_no_hello_is_let_go(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "HELLO_SECONDS", 0.05)
    assert chat.dial("/ws/console/").close_code() == 4401


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '"hello"',
        "[" * 30_000,
        '{"type": "start"}',
        '{"type": "hello"}',
        '{"type": "hello", "v": 2, "token": ""}',
        '{"type": ["hello"], "v": 1}',
        b'{"type": "hello", "v": 1}',
    ],
    ids=lambda text: repr(text)[:40],
)
def test_a_first_frame_that_is_no_hello_is_a_bug(chat: Chat, text: str | bytes) -> None:
    wire = chat.dial(f"/ws/widget/{chat.store.public_key}/")
    wire.link.send(text)
    assert (wire.close_code(), wire.seen) == (4400, [])


@pytest.mark.parametrize("type", ["", "hello", "claim", "availability", "greet", "__init__", "tell"])
def test_an_unknown_type_closes_the_widgets_socket(chat: Chat, type: str) -> None:
    wire = chat.widget()
    wire.send(type, conversation=new_id(), is_available=True)
    assert wire.close_code() == 4400


@pytest.mark.parametrize("type", ["start", "page", "contact"])
def test_a_visitors_frame_closes_the_consoles_socket(chat: Chat, erik: Client, type: str) -> None:
    wire = chat.console(erik)
    wire.send(type, conversation=new_id(), client_id=new_id(), text="x", email="a@b.example", page={})
    assert wire.close_code() == 4400


def test_a_frame_of_64_kib_is_read_and_a_larger_one_is_not(chat: Chat) -> None:
    wire = chat.widget()
    frame = json.dumps({"type": "ping", "filler": ""})
    wire.link.send(frame.replace('""', f'"{"x" * (65_536 - len(frame))}"'))
    assert wire.next() == {"type": "pong"}
    wire.link.send(frame.replace('""', f'"{"x" * (65_537 - len(frame))}"'))
    assert wire.close_code() == 1009


def test_the_sixty_first_frame_is_refused_and_kept_by_its_sender(chat: Chat) -> None:
    conversation = chat.start()
    wire = chat.widget()  # its hello was the first
    for _ in range(59):
        wire.send("ping")
    client_id = new_id()
    wire.send("message", conversation=str(conversation.pk), client_id=client_id, text="Too fast")
    error = wire.until("error")
    assert {name: error[name] for name in ("code", "is_permanent", "client_id")} == {
        "code": "too_many",
        "is_permanent": False,
        "client_id": client_id,
    }
    assert chat.row(conversation).last_seq == 2


def test_a_flood_is_cut_off(chat: Chat) -> None:
    wire = chat.widget()
    for _ in range(600):
        wire.send("ping")
    assert wire.close_code() == 4429


def test_a_ticket_opens_one_socket_within_thirty_seconds_for_its_session(
    chat: Chat, erik: Client, nora: Client
) -> None:
    def dial_with(ticket: object, client: Client) -> int:
        wire = chat.dial("/ws/console/", cookie=cookie_of(client))
        wire.send("hello", v=1, ticket=ticket)
        return wire.code_unless("welcome")

    with store_scope(chat.store.pk):
        assert not is_present(expert=chat.cast.erik, now=timezone.now())
    ticket = ticket_of(erik)
    assert dial_with(ticket, erik) == 0
    with store_scope(chat.store.pk):
        assert is_present(expert=chat.cast.erik, now=timezone.now())
    assert dial_with(ticket, erik) == 4401
    assert dial_with(ticket_of(erik), nora) == 4401
    forged = ticket_of(nora)
    assert dial_with(forged[:-1] + ("B" if forged.endswith("A") else "A"), nora) == 4401
    with time_machine.travel(timezone.now() - dt.timedelta(seconds=31), tick=True):
        old = ticket_of(nora)
    assert dial_with(old, nora) == 4401
    nothings: list[object] = ["", None, [], {}, 1]
    for nothing in nothings:
        assert dial_with(nothing, nora) == 4401
    wire = chat.dial("/ws/console/")  # no cookie
    wire.send("hello", v=1, ticket=ticket_of(erik))
    assert wire.close_code() == 4401


def test_only_experts_fetch_tickets(chat: Chat, maya: Client, omar: Client, shopper: Client) -> None:
    missing = maya.get("/console/api/conversations/01900000-0000-7000-8000-000000000000/").json()
    for client in (maya, omar):
        answer = client.post("/console/api/ticket/")
        assert (answer.status_code, answer.json()) == (404, missing)
    assert shopper.post("/console/api/ticket/").status_code == 401


FRAMES: dict[str, dict[str, Any]] = {
    "message": {"client_id": "b7ac3c6f-7d32-4a3a-9a1d-6c9a7d0f7f10", "text": "Let me in"},
    "catch_up": {"after": 0},
    "page": {"page": {"url": "https://shop.example/x", "title": "X", "sku": "X"}},
    "contact": {"email": "somebody@example.com"},
    "read": {"seq": 1},
    "claim": {},
    "decline": {},
    "close": {},
}


def test_a_frame_about_a_foreign_conversation_is_answered_as_about_a_missing_one(chat: Chat, erik: Client) -> None:
    foreign = chat.start(visitor=chat.cast.visitor_b)
    with store_scope(chat.store.pk):
        neighbour = Visitor.objects.create(store=chat.store, token_hash="0" * 64, origin="https://shop.example")
    someone_elses = chat.claimed(chat.cast.nora, visitor=neighbour)
    before = [chat.told(foreign), chat.told(someone_elses)]
    missing = "01900000-0000-7000-8000-000000000000"
    for wire, types in (
        (chat.widget(), visitor_actions.ACTIONS.keys() - {"start"}),
        (chat.console(erik), expert_actions.ACTIONS.keys()),
    ):
        for type in types:
            answers = {}
            for key in (missing, str(foreign.pk), str(someone_elses.pk)):
                answer = wire.ask(type, conversation=key, **FRAMES[type])
                assert answer.pop("conversation", key) == key
                answers[key] = answer
            if type == "claim":
                # Colleagues learn that somebody was quicker.
                assert answers.pop(str(someone_elses.pk))["code"] == "taken"
            if type == "decline":
                answers.pop(str(someone_elses.pk))
            assert {json.dumps(answer) for answer in answers.values()} == {json.dumps(answers[missing])}
            assert answers[missing]["code"] == "not_found"
    assert [chat.told(foreign), chat.told(someone_elses)] == before
    assert FRAMES.keys() == (visitor_actions.ACTIONS.keys() | expert_actions.ACTIONS.keys()) - {"start"}


@pytest.mark.parametrize(
    ("type", "fields"),
    [
        ("message", {"client_id": "7"}),
        ("message", {"client_id": None}),
        ("message", {"text": ""}),
        ("message", {"text": " \u200b\n"}),
        ("message", {"text": "x" * 4001}),
        ("message", {"text": "nul\u0000"}),
        ("message", {"text": "half \ud800"}),
        ("message", {"text": ["x"]}),
        ("message", {"conversation": "1 OR 1=1"}),
        ("message", {"conversation": {"pk__isnull": False}}),
        ("catch_up", {"after": -1}),
        ("catch_up", {"after": "0"}),
        ("catch_up", {"after": True}),
        ("catch_up", {"after": 10**30}),
        ("read", {"seq": 1.5}),
        ("page", {"page": "https://shop.example"}),
        ("page", {"page": {"url": ["x"], "title": "", "sku": ""}}),
        ("contact", {"email": "not an address"}),
        ("contact", {"email": f"{'x' * 300}@example.com"}),
    ],
    ids=str,
)
def test_a_field_that_cannot_be_read_is_an_error_and_changes_nothing(
    chat: Chat, type: str, fields: dict[str, Any]
) -> None:
    conversation = chat.start()
    wire = chat.widget()
    error = wire.ask(type, **{"conversation": str(conversation.pk), **FRAMES[type], **fields})
    assert (error["code"], error["is_permanent"], error["for"]) == ("bad_input", True, type)
    assert chat.row(conversation).last_seq == 2


def test_a_lost_database_closes_the_socket_and_the_client_comes_back(
    chat: Chat, admin: psycopg2.extensions.connection
) -> None:
    conversation = chat.start()
    chat.widget()
    with admin.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    connections.close_all()
    client_id = new_id()
    codes: list[int] = []
    while not codes or codes[-1]:  # each thread of the pool may hold a dead connection
        wire = chat.dial(f"/ws/widget/{chat.store.public_key}/")
        wire.send("hello", v=1, token=chat.cast.visitor_token)
        wire.send("message", conversation=str(conversation.pk), client_id=client_id, text="Still there?")
        codes.append(wire.code_unless("ack"))
    assert set(codes) == {1011, 0}
    assert chat.told(conversation)[2:] == [(3, "message", "Still there?")]

"""The HTTP twins: who may ask, what is refused and how, and that polling is as good as a socket."""

import datetime as dt
import json
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from chat.models import Conversation
from chat.services.presence import is_present
from experts.models import Expert, Terms
from stores.models import Store, Visitor
from stores.scope import store_scope
from tests.chat.kit import SITE, Chat, new_id

MISSING = "01900000-0000-7000-8000-000000000000"
VISITOR_POSTS = {
    "messages/": {"client_id": "b7ac3c6f-7d32-4a3a-9a1d-6c9a7d0f7f10", "text": "Let me in"},
    "page/": {"page": {"url": "https://shop.example/x", "title": "X", "sku": "X"}},
    "contact/": {"email": "somebody@example.com"},
    "read/": {"seq": 1},
}
EXPERT_POSTS = {
    "messages/": {"client_id": "b7ac3c6f-7d32-4a3a-9a1d-6c9a7d0f7f10", "text": "Let me in"},
    "claim/": {},
    "decline/": {},
    "close/": {},
    "read/": {"seq": 1},
}


def post(client: Client, path: str, body: Any, **options: Any) -> Any:
    return client.post(path, body, content_type="application/json", **options)


def problem(answer: Any) -> tuple[int, str]:
    """Status and code of a refusal, which must be a problem body."""
    body = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert body.keys() == {"type", "title", "status", "code"}
    assert body["status"] == answer.status_code
    return answer.status_code, body["code"]


@pytest.mark.parametrize(
    ("origin", "is_allowed"),
    [
        ("https://shop.example", True),
        ("http://shop.example", False),
        ("https://shop.example:8443", False),
        ("https://www.shop.example", False),
        ("https://shop.example.evil.example", False),
        ("https://evilshop.example", False),
        ("https://SHOP.example", False),
        ("https://shop.example/", False),
        ("https://shop.example@evil.example", False),
        ("null", False),
        ("", False),
        (SITE, False),
        ("https://shop.exаmple", False),  # a Cyrillic а
    ],
)
def test_a_token_is_minted_for_the_stores_own_origins_only(chat: Chat, origin: str, is_allowed: bool) -> None:
    def visitors() -> int:
        with store_scope(chat.store.pk):
            return Visitor.objects.count()

    before = visitors()
    answer = post(Client(), f"/w/{chat.store.public_key}/api/visitors/", {"origin": origin})
    if is_allowed:
        assert (answer.status_code, len(answer.json()["token"])) == (201, 43)
        assert chat.widget(answer.json()["token"]).seen[0]["conversation"] is None
    else:
        assert problem(answer) == (403, "not_allowed")
    assert visitors() == before + int(is_allowed)


def test_a_sample_stores_shop_is_on_our_own_site(chat: Chat) -> None:
    Store.objects.filter(pk=chat.store.pk).update(is_sample=True)
    assert post(Client(), f"/w/{chat.store.public_key}/api/visitors/", {"origin": SITE}).status_code == 201


@pytest.mark.parametrize("body", ["", "{", "[]", '"x"', "null", '{"origin": null}', '{"origin": ["x"]}', "\xff"])
def test_what_cannot_be_read_makes_no_visitor(chat: Chat, body: str) -> None:
    path = f"/w/{chat.store.public_key}/api/visitors/"
    answer = Client().post(path, body.encode("latin-1"), content_type="application/json")
    assert problem(answer) == (400, "bad_input")


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer null",
        "Bearer []",
        "Basic TOKEN",
        "TOKEN",
        "Bearer TOKEN TOKEN",
        "Bearer OTHER",
    ],
)
def test_without_this_stores_token_no_row_is_touched(chat: Chat, header: str | None) -> None:
    conversation = chat.start()
    value = header and header.replace("TOKEN", chat.cast.visitor_token).replace("OTHER", chat.cast.visitor_b_token)
    client = Client(headers={"authorization": value} if value is not None else {})
    for path in ("conversation/", f"conversations/{conversation.pk}/events/"):
        assert problem(client.get(f"/w/{chat.store.public_key}/api/{path}")) == (401, "not_authentic")
    start = {"client_id": new_id(), "text": "Hello", "page": None}
    assert problem(post(client, f"/w/{chat.store.public_key}/api/conversation/", start)) == (401, "not_authentic")
    for path, body in VISITOR_POSTS.items():
        assert problem(post(client, chat.path(conversation, path), body)) == (401, "not_authentic")
    assert chat.row(conversation).last_seq == 2
    with store_scope(chat.store.pk):
        assert Conversation.objects.count() == 1


def test_an_unknown_public_key_is_missing(chat: Chat, shopper: Client) -> None:
    assert problem(shopper.get("/w/pk_unknown/api/conversation/")) == (404, "not_found")
    assert problem(post(Client(), "/w/pk_unknown/api/visitors/", {"origin": "https://shop.example"})) == (
        404,
        "not_found",
    )


def test_a_foreign_conversation_is_a_missing_one(chat: Chat, shopper: Client, erik: Client) -> None:
    foreign = chat.start(visitor=chat.cast.visitor_b)
    before = chat.told(foreign)
    for client, base, posts, gets in (
        (shopper, f"/w/{chat.store.public_key}/api/conversations/", VISITOR_POSTS, ["events/"]),
        (erik, "/console/api/conversations/", EXPERT_POSTS, ["", "events/"]),
    ):
        for path in gets:
            answers = [client.get(f"{base}{key}/{path}") for key in (MISSING, foreign.pk)]
            assert answers[0].content == answers[1].content
            assert problem(answers[1]) == (404, "not_found")
        for path, body in posts.items():
            answers = [post(client, f"{base}{key}/{path}", body) for key in (MISSING, foreign.pk)]
            assert answers[0].content == answers[1].content
            assert problem(answers[1]) == (404, "not_found")
    assert chat.told(foreign) == before


def test_a_body_of_64_kib_is_read_and_a_larger_one_is_not(chat: Chat, shopper: Client) -> None:
    conversation = chat.start()
    small = json.dumps({"client_id": new_id(), "text": "Hello", "filler": ""})
    for size, expected in ((65_536, 200), (65_537, 413)):
        body = small.replace('"filler": ""', f'"filler": "{"x" * (size - len(small))}"')
        assert len(body) == size
        answer = post(shopper, chat.path(conversation), body)
        assert answer.status_code == expected
    assert problem(answer) == (413, "too_large")
    assert chat.row(conversation).last_seq == 3


def test_the_address_holds_against_the_body(chat: Chat, shopper: Client) -> None:
    mine, foreign = chat.start(), chat.start(visitor=chat.cast.visitor_b)
    body = {"client_id": new_id(), "text": "Here", "conversation": str(foreign.pk)}
    assert post(shopper, chat.path(mine), body).json()["conversation"] == str(mine.pk)
    assert chat.row(foreign).last_seq == 2


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "", "9" * 30, "٣"])
def test_a_position_that_is_no_number(chat: Chat, shopper: Client, after: str) -> None:
    conversation = chat.start()
    assert problem(shopper.get(chat.path(conversation, "events/"), {"after": after})) == (400, "bad_input")


def test_other_methods_are_not_allowed(chat: Chat, shopper: Client, erik: Client) -> None:
    conversation = chat.start()
    assert shopper.get(chat.path(conversation)).status_code == 405
    assert shopper.delete(f"/w/{chat.store.public_key}/api/conversation/").status_code == 405
    assert erik.get("/console/api/ticket/").status_code == 405
    assert erik.post("/console/").status_code == 405


def test_sixty_posts_in_ten_seconds_are_enough(chat: Chat, shopper: Client) -> None:
    conversation = chat.start()
    cache.set(f"chat.requests.visitor.{chat.cast.visitor.pk.hex}", 59, timeout=10)
    assert post(shopper, chat.path(conversation, "read/"), {"seq": 1}).status_code == 200
    assert problem(post(shopper, chat.path(conversation, "read/"), {"seq": 1})) == (429, "too_many")
    assert shopper.get(chat.path(conversation, "events/")).status_code == 200


def test_the_console_needs_its_csrf_token(chat: Chat, erik: Client) -> None:
    conversation = chat.claimed()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = erik.cookies
    path = f"/console/api/conversations/{conversation.pk}/messages/"
    body = {"client_id": new_id(), "text": "Forged"}
    assert post(strict, path, body).status_code == 403
    assert chat.row(conversation).last_seq == 3
    strict.get("/console/")
    token = strict.cookies["csrftoken"].value
    assert post(strict, path, body, headers={"x-csrftoken": token}).status_code == 200


def test_a_whole_conversation_without_any_socket(chat: Chat, shopper: Client, erik: Client) -> None:
    assert post(erik, "/console/api/availability/", {"is_available": True}).json()["inbox"]["is_available"] is True
    assert erik.get("/console/api/inbox/").json()["inbox"]["waiting"] == []
    with store_scope(chat.store.pk):
        assert is_present(expert=chat.cast.erik, now=timezone.now())
    page = {"url": "https://shop.example/p/tent?x=1", "title": "Alder 2 tent", "sku": "TENT-2"}
    client_id = new_id()
    started = post(
        shopper,
        f"/w/{chat.store.public_key}/api/conversation/",
        {"client_id": client_id, "text": "Is it dry?", "page": page},
    ).json()
    conversation = started["conversation"]
    assert started == {"client_id": client_id, "conversation": conversation, "seq": 1, "marker": started["marker"]}
    [waiting] = erik.get("/console/api/inbox/").json()["inbox"]["waiting"]
    assert (waiting["conversation"], waiting["reason"]) == (conversation, "You are free.")
    offered, until = (dt.datetime.fromisoformat(waiting[name]) for name in ("offered_at", "expires_at"))
    assert until - offered == dt.timedelta(seconds=15)

    claimed = post(erik, f"/console/api/conversations/{conversation}/claim/", {}).json()
    assert claimed["conversation"]["state"] == "open"
    assert [mine["id"] for mine in claimed["inbox"]["mine"]] == [conversation]
    assert (claimed["inbox"]["mine"][0]["unread"], claimed["inbox"]["mine"][0]["last_text"]) == (1, "Is it dry?")
    assert post(erik, f"/console/api/conversations/{conversation}/read/", {"seq": 2}).json()["last_seq"] == 3
    answer_id = new_id()
    answered = post(
        erik, f"/console/api/conversations/{conversation}/messages/", {"client_id": answer_id, "text": "Bone dry."}
    )
    assert answered.json() == {"client_id": answer_id, "conversation": conversation, "seq": 4}

    state = shopper.get(f"/w/{chat.store.public_key}/api/conversation/").json()["conversation"]
    assert (state["last_seq"], state["expert"]["name"], state["read"]) == (4, "Erik", {"visitor": 0, "expert": 2})
    assert "pseudonym" not in state
    events = shopper.get(chat.path(conversation, "events/"), {"after": 1}).json()
    assert [(event["seq"], event["kind"], event["text"]) for event in events["events"][1:]] == [
        (3, "read", ""),
        (4, "message", "Bone dry."),
    ]
    moved = {"url": "https://shop.example/p/stove", "title": "Ember stove", "sku": "STOVE-1"}
    for _ in range(2):  # the same page again is no event
        assert post(shopper, chat.path(conversation, "page/"), {"page": moved}).json()["last_seq"] == 5
    assert post(shopper, chat.path(conversation, "contact/"), {"email": "a@b.example"}).json()["last_seq"] == 6
    shown = erik.get(f"/console/api/conversations/{conversation}/").json()["conversation"]
    assert (shown["page"], shown["last_seq"]) == (moved, 6)
    ended = post(erik, f"/console/api/conversations/{conversation}/close/", {}).json()
    assert ended["conversation"]["state"] == ended["inbox"]["mine"][0]["state"] == "closed"
    assert shopper.get(f"/w/{chat.store.public_key}/api/conversation/").json()["conversation"]["state"] == "closed"


def test_an_expert_of_two_stores_has_one_inbox(chat: Chat, erik: Client) -> None:
    other = chat.cast.store_b
    with store_scope(other.pk):
        there = Expert.objects.create(
            store=other,
            user=chat.cast.erik_user,
            display_name="Erik",
            face="beard",
            languages=["en"],
            engaged_at=chat.cast.now,
        )
        assert Terms.objects.count() == 1
    console = chat.console(erik)
    console.send("availability", is_available=True)
    # One store after the other: the inbox between the two may be said as well.
    inbox = console.until("inbox", lambda frame: all(one["is_available"] for one in frame["inbox"]["stores"]))["inbox"]
    assert [(store["slug"], store["is_available"]) for store in inbox["stores"]] == [
        (chat.store.slug, True),
        (other.slug, True),
    ]
    here, far = chat.start("From A"), chat.start("From B", visitor=chat.cast.visitor_b)
    waiting = console.until("inbox", lambda frame: len(frame["inbox"]["waiting"]) == 2)["inbox"]["waiting"]
    assert {(one["conversation"], one["store"]["slug"]) for one in waiting} == {
        (str(here.pk), chat.store.slug),
        (str(far.pk), other.slug),
    }
    console.send("claim", conversation=str(far.pk))
    assert console.until("conversation")["conversation"]["store"]["slug"] == other.slug
    console.send("message", conversation=str(far.pk), client_id=new_id(), text="First flush, since you ask.")
    assert console.until("ack")["seq"] == 3
    assert chat.row(far).expert == there
    assert {mine["id"] for mine in erik.get("/console/api/inbox/").json()["inbox"]["mine"]} == {str(far.pk)}

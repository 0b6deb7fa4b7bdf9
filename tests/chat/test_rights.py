"""Rights end while a socket is open; a conversation shows an expert nothing of who the shopper is."""

import json

import pytest
from django.test import Client

from chat.consumers import base
from experts.models import Expert, ExpertState
from stores.models import Visitor
from stores.scope import store_scope
from tests.chat.kit import Chat, new_id


@pytest.fixture(autouse=True)
def quick_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "HEARTBEAT_SECONDS", 0.2)


def set_state(chat: Chat, state: ExpertState) -> None:
    with store_scope(chat.store.pk):
        Expert.objects.filter(pk=chat.cast.erik.pk).update(state=state)


@pytest.mark.parametrize("state", [ExpertState.PAUSED, ExpertState.LEFT])
def test_an_expert_who_is_paused_or_gone_loses_her_socket(chat: Chat, erik: Client, state: ExpertState) -> None:
    chat.claimed()
    wire = chat.console(erik)
    set_state(chat, state)
    assert wire.close_code() == 4401
    ticket = erik.post("/console/api/ticket/")
    assert ticket.status_code == (403 if state == ExpertState.PAUSED else 404)


def test_the_very_next_frame_is_refused(chat: Chat, erik: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "HEARTBEAT_SECONDS", 60)
    conversation = chat.claimed()
    wire = chat.console(erik)
    set_state(chat, ExpertState.PAUSED)
    wire.send("message", conversation=str(conversation.pk), client_id=new_id(), text="One last word")
    assert wire.close_code() == 4401
    assert chat.row(conversation).last_seq == 3


def test_signing_out_ends_the_socket(chat: Chat, erik: Client) -> None:
    wire = chat.console(erik)
    erik.logout()
    assert wire.close_code() == 4401


def test_a_new_password_ends_the_socket(chat: Chat, erik: Client) -> None:
    wire = chat.console(erik)
    chat.cast.erik_user.set_password("something else entirely")
    chat.cast.erik_user.save()
    assert wire.close_code() == 4401


def test_a_locked_account_ends_the_socket(chat: Chat, erik: Client) -> None:
    wire = chat.console(erik)
    chat.cast.erik_user.is_active = False
    chat.cast.erik_user.save()
    assert wire.close_code() == 4401


def test_a_visitor_who_is_gone_loses_his_socket(chat: Chat) -> None:
    wire = chat.widget()
    with store_scope(chat.store.pk):
        Visitor.objects.filter(pk=chat.cast.visitor.pk).delete()
    assert wire.close_code() == 4401


def test_a_paused_expert_may_do_nothing_over_http(chat: Chat, erik: Client) -> None:
    conversation = chat.claimed()
    set_state(chat, ExpertState.PAUSED)
    base_path = f"/console/api/conversations/{conversation.pk}/"
    for path, body in (("messages/", {"client_id": new_id(), "text": "Hello"}), ("close/", {}), ("read/", {"seq": 1})):
        answer = erik.post(base_path + path, body, content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert chat.row(conversation).last_seq == 3


def test_an_expert_never_sees_who_the_shopper_is(chat: Chat, erik: Client, shopper: Client) -> None:
    canary = "canary.shopper@secret.example"
    chat.available(chat.cast.erik)
    widget, console = chat.widget(), chat.console(erik)
    page = {"url": f"https://shop.example/account?email={canary}#{canary}", "title": "Tent", "sku": ""}
    widget.send("start", client_id=new_id(), text="Is it dry?", page=page)
    conversation = widget.until("ack")["conversation"]
    console.send("claim", conversation=conversation)
    console.events(conversation, 2)
    widget.send("contact", conversation=conversation, email=canary)
    console.events(conversation, 3)
    widget.send("page", conversation=conversation, page={**page, "title": "Stove"})
    assert console.events(conversation, 4)[3]["data"] == {
        "url": "https://shop.example/account",
        "title": "Stove",
        "sku": "",
    }
    seen = json.dumps(console.seen)
    for path in ("", "events/", "claim/"):
        address = f"/console/api/conversations/{conversation}/{path}"
        answer = erik.post(address, {}, content_type="application/json") if path == "claim/" else erik.get(address)
        assert answer.status_code == 200
        seen += answer.content.decode()
    seen += erik.get("/console/api/inbox/").content.decode() + erik.get("/console/").content.decode()
    with store_scope(chat.store.pk):
        visitor = Visitor.objects.get(pk=chat.cast.visitor.pk)
    assert visitor.email == canary
    for secret in (canary, str(visitor.pk), visitor.pk.hex, visitor.token_hash, chat.cast.visitor_token):
        assert secret not in seen

"""The permission table of sockets: which frame which side may send; a frame type without a row fails."""

import contextlib
from typing import Any

import pytest
from django.test import Client
from websockets.exceptions import ConnectionClosed

from chat.actions import expert as expert_actions
from chat.actions import visitor as visitor_actions
from chat.consumers.base import BAD_FRAME, NOT_AUTHENTIC
from chat.models import Conversation
from tests.chat.kit import Chat, Wire

CLIENT_ID = "5a0f2f0e-5a6e-4e5f-8a53-0d5d0a8f2d11"
FIELDS: dict[str, dict[str, Any]] = {
    "start": {"client_id": CLIENT_ID, "text": "Does it run small?", "page": {}},
    "message": {"client_id": CLIENT_ID, "text": "It runs true to size."},
    "catch_up": {"after": 0},
    "page": {"page": {"url": "https://shop.example/x", "title": "X", "sku": "X"}},
    "contact": {"email": "somebody@mail.example"},
    "read": {"seq": 1},
    "claim": {},
    "decline": {},
    "close": {},
    "availability": {"is_available": True},
    "ping": {},
}
TABLE: dict[str, set[str]] = {
    "start": {"visitor"},
    "message": {"visitor", "expert"},
    "catch_up": {"visitor", "expert"},
    "page": {"visitor"},
    "contact": {"visitor"},
    "read": {"visitor", "expert"},
    "claim": {"expert"},
    "decline": {"expert"},
    "close": {"expert"},
    "availability": {"expert"},
    "ping": {"visitor", "expert"},
}


def test_every_frame_type_has_a_row() -> None:
    assert TABLE.keys() == visitor_actions.ACTIONS.keys() | expert_actions.ACTIONS.keys() | {"availability", "ping"}
    assert FIELDS.keys() == TABLE.keys()


def frame(type: str, conversation: Conversation) -> dict[str, Any]:
    """A frame of a type that its sender, if anybody, could mean."""
    return {"conversation": str(conversation.pk), **FIELDS[type]}


def is_taken(wire: Wire, type: str, conversation: Conversation) -> bool:
    """Whether a frame is answered at all, be it by a refusal; the other way is that the server hangs up."""
    wire.send(type, **frame(type, conversation))
    with contextlib.suppress(ConnectionClosed):
        wire.send("ping")
    code = wire.code_unless("pong")
    assert code in (0, BAD_FRAME)
    return code == 0


@pytest.mark.parametrize("type", TABLE)
def test_each_side_sends_its_own_frames_and_no_others(type: str, chat: Chat, erik: Client) -> None:
    conversation = chat.claimed()

    assert is_taken(chat.widget(), type, conversation) == ("visitor" in TABLE[type])
    assert is_taken(chat.console(erik), type, conversation) == ("expert" in TABLE[type])


@pytest.mark.parametrize("type", TABLE)
@pytest.mark.parametrize("side", ["widget", "console"])
def test_who_has_not_said_hello_sends_nothing(type: str, side: str, chat: Chat, erik: Client) -> None:
    conversation = chat.claimed()
    before = chat.told(conversation)
    path = f"/ws/widget/{chat.store.public_key}/" if side == "widget" else "/ws/console/"
    wire = chat.dial(path)

    wire.send(type, **frame(type, conversation))

    assert wire.close_code() == BAD_FRAME
    assert chat.told(conversation) == before


def test_a_token_of_another_store_opens_nothing(chat: Chat) -> None:
    for token in (chat.cast.visitor_b_token, "", "null", chat.cast.visitor_token[:-1]):
        wire = chat.dial(f"/ws/widget/{chat.store.public_key}/")
        wire.send("hello", v=1, token=token)
        assert wire.close_code() == NOT_AUTHENTIC


def test_members_of_a_store_who_are_no_experts_have_no_console_socket(chat: Chat, maya: Client, omar: Client) -> None:
    for member in (maya, omar):
        assert member.post("/console/api/ticket/", {}, content_type="application/json").status_code == 404

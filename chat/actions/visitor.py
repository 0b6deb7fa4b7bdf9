"""What a shopper's browser can ask for."""

import datetime as dt
from collections.abc import Callable

from attribution.markers import make_marker
from chat import services
from chat.frames import Body
from chat.models import Conversation
from chat.origins import allowed_origins
from chat.shapes import Json
from stores.models import Store, Visitor

LONGEST_EMAIL = 254


def current(store: Store, visitor: Visitor, body: Body, now: dt.datetime) -> Json:
    """What a returning browser is greeted with: his latest conversation, and the marker for the shop's cart."""
    conversation = services.latest_conversation(visitor=visitor)
    state = services.conversation_state(conversation=conversation, for_expert=False) if conversation else None
    return {"conversation": state, "marker": _marker(conversation, now) if conversation else None}


def start(store: Store, visitor: Visitor, body: Body, now: dt.datetime) -> Json:
    event = services.start_conversation(
        store=store,
        visitor=visitor,
        client_id=body.identifier("client_id"),
        text=body.text(),
        page=body.page(allowed_origins(store)),
        now=now,
    )
    return _ack(event.conversation, body, event.seq) | {"marker": _marker(event.conversation, now)}


def message(store: Store, visitor: Visitor, body: Body, now: dt.datetime) -> Json:
    event = services.post_message(
        author=visitor,
        conversation_id=body.identifier("conversation"),
        client_id=body.identifier("client_id"),
        text=body.text(),
        now=now,
    )
    return _ack(event.conversation, body, event.seq)


def catch_up(store: Store, visitor: Visitor, body: Body, now: dt.datetime) -> Json:
    conversation = services.access_conversation(of=visitor, conversation_id=body.identifier("conversation"))
    return services.events_after(conversation=conversation, after=body.number("after"))


def page(store: Store, visitor: Visitor, body: Body, now: dt.datetime) -> Json:
    conversation = services.move_page(
        visitor=visitor,
        conversation_id=body.identifier("conversation"),
        page=body.page(allowed_origins(store)),
        now=now,
    )
    return _position(conversation)


def contact(store: Store, visitor: Visitor, body: Body, now: dt.datetime) -> Json:
    conversation = services.leave_contact(
        visitor=visitor,
        conversation_id=body.identifier("conversation"),
        email=body.line("email", LONGEST_EMAIL),
        now=now,
    )
    return _position(conversation)


def read(store: Store, visitor: Visitor, body: Body, now: dt.datetime) -> Json:
    conversation = services.mark_read(
        reader=visitor, conversation_id=body.identifier("conversation"), seq=body.number("seq"), now=now
    )
    return _position(conversation)


Action = Callable[[Store, Visitor, Body, dt.datetime], Json]

# Frame type → what it does, and the type of the frame that answers it (None: its event is the answer).
ACTIONS: dict[str, tuple[Action, str | None]] = {
    "start": (start, "ack"),
    "message": (message, "ack"),
    "catch_up": (catch_up, "events"),
    "page": (page, None),
    "contact": (contact, None),
    "read": (read, None),
}


def _ack(conversation: Conversation, body: Body, seq: int) -> Json:
    return {"client_id": str(body.identifier("client_id")), "conversation": str(conversation.pk), "seq": seq}


def _position(conversation: Conversation) -> Json:
    return {"conversation": str(conversation.pk), "last_seq": conversation.last_seq}


def _marker(conversation: Conversation, now: dt.datetime) -> str:
    return make_marker(
        store_id=conversation.store_id,
        visitor_id=conversation.visitor_id,
        conversation_id=conversation.pk,
        now=now,
    )

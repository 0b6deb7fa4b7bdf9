"""What an expert's console can ask for, in one of her stores."""

import datetime as dt
from collections.abc import Callable

from chat import services
from chat.frames import Body
from chat.models import Conversation
from chat.shapes import Json
from experts.models import Expert


def show(expert: Expert, body: Body, now: dt.datetime) -> Json:
    conversation = services.access_conversation(of=expert, conversation_id=body.identifier("conversation"))
    return _state(conversation)


def message(expert: Expert, body: Body, now: dt.datetime) -> Json:
    client_id = body.identifier("client_id")
    event = services.post_message(
        author=expert,
        conversation_id=body.identifier("conversation"),
        client_id=client_id,
        text=body.text(),
        now=now,
    )
    return {"client_id": str(client_id), "conversation": str(event.conversation_id), "seq": event.seq}


def catch_up(expert: Expert, body: Body, now: dt.datetime) -> Json:
    conversation = services.access_conversation(of=expert, conversation_id=body.identifier("conversation"))
    return services.events_after(conversation=conversation, after=body.number("after"))


def read(expert: Expert, body: Body, now: dt.datetime) -> Json:
    conversation = services.mark_read(
        reader=expert, conversation_id=body.identifier("conversation"), seq=body.number("seq"), now=now
    )
    return {"conversation": str(conversation.pk), "last_seq": conversation.last_seq}


def claim(expert: Expert, body: Body, now: dt.datetime) -> Json:
    conversation = services.claim(expert=expert, conversation_id=body.identifier("conversation"), now=now)
    return _state(conversation)


def decline(expert: Expert, body: Body, now: dt.datetime) -> Json:
    services.decline(expert=expert, conversation_id=body.identifier("conversation"), now=now)
    return {}


def close(expert: Expert, body: Body, now: dt.datetime) -> Json:
    return _state(services.close(expert=expert, conversation_id=body.identifier("conversation"), now=now))


def availability(expert: Expert, body: Body, now: dt.datetime) -> Json:
    services.change_availability(expert=expert, is_available=body.flag("is_available"), now=now)
    return {}


Action = Callable[[Expert, Body, dt.datetime], Json]

# Frame type → what it does, the type of the frame that answers it, and whether the inbox follows.
ACTIONS: dict[str, tuple[Action, str | None, bool]] = {
    "message": (message, "ack", False),
    "catch_up": (catch_up, "events", False),
    "read": (read, None, False),
    "claim": (claim, "conversation", True),
    "decline": (decline, None, True),
    "close": (close, "conversation", True),
}


def _state(conversation: Conversation) -> Json:
    return {"conversation": services.conversation_state(conversation=conversation, for_expert=True)}

"""What has changed in the database since a socket was told last. The truth behind every ring and heartbeat."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Q

from chat.models import Conversation, ConversationState, EventKind
from chat.services.reading import conversation_state, events_after
from chat.shapes import Json
from experts.models import Expert, ExpertState
from stores.errors import NotAuthentic
from stores.models import Visitor

T = TypeVar("T")

# Events of these kinds change nothing but themselves.
SILENT_KINDS = {EventKind.MESSAGE, EventKind.READ}


@dataclass(frozen=True)
class Changes:
    """Frames to send, and how far the client has been told once they are sent."""

    frames: list[Json]
    told: dict[uuid.UUID, int]


def visitor_changes(*, visitor_id: uuid.UUID, told: Mapping[uuid.UUID, int]) -> Changes:
    """What a shopper's socket has not been told; raises NotAuthentic when the visitor is gone."""
    if not Visitor.objects.filter(pk=visitor_id).exists():
        raise NotAuthentic()
    is_live = ~Q(state=ConversationState.CLOSED) | Q(pk__in=list(told))
    conversations = Conversation.objects.filter(is_live, visitor=visitor_id).order_by("started_at")
    return _changes(list(conversations.select_related("store", "product")), told, for_expert=False)


def expert_changes(*, expert: Expert, told: Mapping[uuid.UUID, int]) -> Changes:
    """What an expert's socket has not been told of her conversations."""
    is_live = Q(state=ConversationState.OPEN) | Q(pk__in=list(told))
    conversations = expert.conversations.filter(is_live).order_by("started_at")
    return _changes(list(conversations.select_related("store", "product")), told, for_expert=True)


def as_active(act: Callable[..., T], *, expert_id: uuid.UUID, **details: Any) -> T:
    """Call `act(expert=…, …)` for an expert whose rights are looked at anew; raises NotAuthentic if none are left."""
    expert = Expert.objects.select_related("store").filter(pk=expert_id, state=ExpertState.ACTIVE).first()
    if expert is None:
        raise NotAuthentic()
    return act(expert=expert, **details)


def _changes(conversations: list[Conversation], told: Mapping[uuid.UUID, int], *, for_expert: bool) -> Changes:
    frames: list[Json] = []
    for conversation in conversations:
        known = told.get(conversation.pk)
        if known is not None and known >= conversation.last_seq:
            continue
        kinds = set()
        after = known or 0
        while after < conversation.last_seq:
            page = events_after(conversation=conversation, after=after)
            frames.append({"type": "events", **page})
            kinds |= {event["kind"] for event in page["events"]}
            after = page["events"][-1]["seq"]
        if known is None or kinds - SILENT_KINDS:
            state = conversation_state(conversation=conversation, for_expert=for_expert)
            frames.append({"type": "conversation", "conversation": state})
    return Changes(frames=frames, told={conversation.pk: conversation.last_seq for conversation in conversations})

"""What a side of a conversation may see of it, as the protocol says it. Nothing here writes."""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from chat.models import AuthorKind, Conversation, ConversationEvent, ConversationState, EventKind
from chat.shapes import Json, console_json, conversation_json, event_json
from experts.models import Expert
from stores.errors import NotFound
from stores.models import Visitor

EVENTS_AT_ONCE = 200
# How long a conversation that she ended stays in an expert's list.
ENDED_SHOWN = dt.timedelta(days=1)
MINE_SHOWN = 50


def access_conversation(*, of: Visitor | Expert, conversation_id: uuid.UUID) -> Conversation:
    """A conversation that the visitor or expert may read: theirs, or for an expert one that is still to be claimed.

    Raises NotFound for every other, as for one that does not exist.
    """
    if isinstance(of, Visitor):
        mine = Conversation.objects.filter(visitor=of)
    else:
        mine = Conversation.objects.filter(Q(expert=of) | Q(state__in=UNANSWERED))
    conversation = mine.select_related("store", "product").filter(pk=conversation_id).first()
    if conversation is None:
        raise NotFound()
    return conversation


UNANSWERED = (ConversationState.WAITING, ConversationState.MISSED)


def latest_conversation(*, visitor: Visitor) -> Conversation | None:
    """What a returning shopper finds: his newest conversation, whatever its state."""
    return visitor.conversations.select_related("store", "product").order_by("-started_at").first()


def events_after(*, conversation: Conversation, after: int) -> Json:
    """The body of an `events` frame: at most EVENTS_AT_ONCE events with a `seq` beyond `after`."""
    events = conversation.events.filter(seq__gt=after, seq__lte=conversation.last_seq).select_related("expert")
    return {
        "conversation": str(conversation.pk),
        "events": [event_json(event) for event in events.order_by("seq")[:EVENTS_AT_ONCE]],
        "last_seq": conversation.last_seq,
    }


def conversation_state(*, conversation: Conversation, for_expert: bool) -> Json:
    """<conversation> for one side."""
    return conversation_states([conversation], for_expert=for_expert)[0]


def conversation_states(conversations: list[Conversation], *, for_expert: bool) -> list[Json]:
    """<conversation> of each, with two queries for all. Caller has selected store and product."""
    ids = [conversation.pk for conversation in conversations]
    introductions, marks = _introductions(ids), _marks(ids)
    shape = console_json if for_expert else conversation_json
    return [
        shape(conversation, introduction=introductions.get(conversation.pk), marks=marks.get(conversation.pk, {}))
        for conversation in conversations
    ]


def mine(*, expert: Expert, now: dt.datetime) -> list[Json]:
    """The expert's open conversations and those that ended lately, the one with the newest event first."""
    shown = Q(state=ConversationState.OPEN) | Q(closed_at__gt=now - ENDED_SHOWN)
    conversations = list(
        expert.conversations.filter(shown).select_related("store", "product").order_by("-last_event_at")[:MINE_SHOWN]
    )
    states = conversation_states(conversations, for_expert=True)
    unread = _unread(states)
    newest = newest_messages([conversation.pk for conversation in conversations])
    return [
        state | {"unread": unread.get(conversation.pk, 0)} | _preview(newest.get(conversation.pk))
        for state, conversation in zip(states, conversations, strict=True)
    ]


def newest_messages(ids: Iterable[uuid.UUID], **author: Any) -> dict[uuid.UUID, ConversationEvent]:
    """The newest message of each conversation, of one kind of author if it is given."""
    messages = ConversationEvent.objects.filter(conversation__in=ids, kind=EventKind.MESSAGE, **author)
    newest = messages.order_by("conversation_id", "-seq").distinct("conversation_id")
    return {event.conversation_id: event for event in newest}


def _preview(message: ConversationEvent | None) -> Json:
    event = event_json(message) if message else None
    return {"last_text": event["text"][:200] if event else "", "last_at": event["at"] if event else None}


def _introductions(ids: list[uuid.UUID]) -> dict[uuid.UUID, Json]:
    claims = ConversationEvent.objects.filter(conversation__in=ids, kind=EventKind.CLAIMED).order_by("seq")
    return dict(claims.values_list("conversation_id", "data"))


def _marks(ids: list[uuid.UUID]) -> dict[uuid.UUID, dict[str, int]]:
    reads = ConversationEvent.objects.filter(conversation__in=ids, kind=EventKind.READ)
    newest = reads.order_by("conversation_id", "author_kind", "-seq").distinct("conversation_id", "author_kind")
    marks: dict[uuid.UUID, dict[str, int]] = {}
    for event in newest:
        marks.setdefault(event.conversation_id, {})[event.author_kind] = event.data["seq"]
    return marks


def _unread(states: list[Json]) -> dict[uuid.UUID, int]:
    """How many of the shopper's messages lie beyond the expert's mark, by conversation."""
    beyond = Q(pk__in=[])
    for state in states:
        beyond |= Q(conversation=state["id"], seq__gt=state["read"]["expert"])
    messages = ConversationEvent.objects.filter(beyond, kind=EventKind.MESSAGE, author_kind=AuthorKind.VISITOR)
    counts: dict[uuid.UUID, int] = {}
    for conversation_id in messages.values_list("conversation_id", flat=True):
        counts[conversation_id] = counts.get(conversation_id, 0) + 1
    return counts

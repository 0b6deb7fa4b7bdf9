"""The sequence of a conversation: the one place where events get their numbers."""

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import Any

from chat.live import ring
from chat.models import AuthorKind, Conversation, ConversationEvent, EventKind
from experts.models import Expert
from stores.errors import NotFound
from stores.models import Visitor

Author = Visitor | Expert | None


@dataclass(frozen=True)
class Draft:
    """An event that has no number yet. `author` None: Peerside itself."""

    kind: EventKind
    author: Author = None
    client_id: uuid.UUID | None = None
    text: str = ""
    data: dict[str, Any] = field(default_factory=dict)


def author_kind(author: Author) -> AuthorKind:
    if author is None:
        return AuthorKind.SYSTEM
    return AuthorKind.VISITOR if isinstance(author, Visitor) else AuthorKind.EXPERT


def lock_conversation(*, of: Visitor | Expert, conversation_id: uuid.UUID) -> Conversation:
    """The conversation of its visitor or of the expert who claimed it, locked; raises NotFound for anybody else's.

    Everything that happens in a conversation happens under this lock: it makes `seq` an order without gaps.
    """
    try:
        # NO KEY: inserting an event checks its foreign key, which must not wait for us.
        found = of.conversations.select_for_update(no_key=True, of=("self",)).select_related("store", "visitor")
        return found.get(pk=conversation_id)
    except Conversation.DoesNotExist:
        raise NotFound() from None


def append(
    conversation: Conversation, draft: Draft, *, now: dt.datetime, changed: tuple[str, ...] = (), is_inbox: bool = False
) -> ConversationEvent:
    """Give an event its number, write it and ring; `changed` names fields of the conversation to save with it.

    Caller holds the conversation's lock. `is_inbox`: the list of waiting conversations changes too.
    """
    conversation.last_seq += 1
    conversation.last_event_at = now
    conversation.save(update_fields=["last_seq", "last_event_at", *changed])
    event = ConversationEvent.objects.create(
        store_id=conversation.store_id,
        conversation=conversation,
        seq=conversation.last_seq,
        kind=draft.kind,
        author_kind=author_kind(draft.author),
        expert=draft.author if isinstance(draft.author, Expert) else None,
        client_id=draft.client_id,
        text=draft.text,
        data=draft.data,
        created_at=now,
    )
    ring(conversation, is_inbox=is_inbox)
    return event

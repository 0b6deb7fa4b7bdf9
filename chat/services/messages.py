"""Messages: written once, whatever the number of attempts."""

import datetime as dt
import uuid

from django.db.models import Q

from attribution.rules import is_substantive
from attribution.services import record_touchpoint
from chat.errors import Closed, Undisclosed
from chat.models import AuthorKind, Conversation, ConversationEvent, ConversationState, EventKind
from chat.services.log import Draft, append, author_kind, lock_conversation
from experts.models import Expert
from stores.errors import Conflict
from stores.models import Visitor


def post_message(
    *, author: Visitor | Expert, conversation_id: uuid.UUID, client_id: uuid.UUID, text: str, now: dt.datetime
) -> ConversationEvent:
    """Add what somebody wrote to his conversation and return its event; the same `client_id` again is the first one.

    `text` is clean (chat.text). An expert's substantive reply leaves a touchpoint in the same transaction. Raises
    NotFound where the conversation is not the author's, Conflict for a client_id with another text, Closed,
    Undisclosed.
    """
    conversation = lock_conversation(of=author, conversation_id=conversation_id)
    return post_locked(conversation, author=author, client_id=client_id, text=text, now=now)


def post_locked(
    conversation: Conversation, *, author: Visitor | Expert, client_id: uuid.UUID, text: str, now: dt.datetime
) -> ConversationEvent:
    """`post_message` for a caller who holds the conversation's lock."""
    if first := find_sent(conversation, author=author, client_id=client_id, text=text):
        return first
    if conversation.state == ConversationState.CLOSED:
        raise Closed()
    draft = Draft(EventKind.MESSAGE, author, client_id, text)
    if isinstance(author, Visitor):
        is_inbox = conversation.state != ConversationState.OPEN
        return append(conversation, draft, now=now, is_inbox=is_inbox)
    return _post_reply(conversation, draft, expert=author, now=now)


def find_sent(
    conversation: Conversation, *, author: Visitor | Expert, client_id: uuid.UUID, text: str
) -> ConversationEvent | None:
    """The event that an earlier attempt wrote; raises Conflict if that said something else."""
    first = conversation.events.filter(author_kind=author_kind(author), client_id=client_id).first()
    if first and first.text != text:
        raise Conflict("A message with this client_id and another text is there already.")
    return first


def _post_reply(conversation: Conversation, draft: Draft, *, expert: Expert, now: dt.datetime) -> ConversationEvent:
    is_disclosed = Q(kind=EventKind.CLAIMED, expert=expert)
    is_question = Q(kind=EventKind.MESSAGE, author_kind=AuthorKind.VISITOR)
    before = set(conversation.events.filter(is_disclosed | is_question).values_list("kind", flat=True).distinct())
    if EventKind.CLAIMED not in before:
        raise Undisclosed()
    counts = is_substantive(draft.text)
    is_first = counts and conversation.first_reply_at is None
    if is_first:
        conversation.first_reply_at = now
    event = append(conversation, draft, now=now, changed=("first_reply_at",) if is_first else ())
    if counts:
        record_touchpoint(
            store=conversation.store,
            visitor=conversation.visitor,
            expert=expert,
            conversation_id=conversation.pk,
            seq=event.seq,
            skus=[conversation.page_sku] if conversation.page_sku else [],
            is_two_sided=EventKind.MESSAGE in before,
            occurred_at=now,
        )
    return event

"""Conversations as the store's people read them."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from chat.models import AuthorKind, Conversation, ConversationEvent, ConversationState, EventKind, Offer
from chat.pages import Page
from stores.errors import NotFound
from stores.models import Store

TONES = {
    ConversationState.WAITING: "live",
    ConversationState.OPEN: "good",
    ConversationState.MISSED: "warn",
    ConversationState.CLOSED: "",
}


@dataclass(frozen=True)
class Row:
    """A conversation in the list."""

    conversation: Conversation
    question: str
    tone: str
    # From the question to the first reply that said something; None while there is none.
    reply_seconds: int | None


@dataclass(frozen=True)
class Entry:
    """A message, or a line about what happened. `page` where the shopper moved."""

    event: ConversationEvent
    is_message: bool
    is_visitor: bool
    name: str
    words: str
    page: Page | None = None


def list_conversations(*, store: Store, state: str) -> QuerySet[Conversation]:
    """The store's conversations, newest first, of one state or of all."""
    found = store.conversations.select_related("expert", "product").order_by("-started_at")
    return found.filter(state=state) if state else found


def rows(conversations: Iterable[Conversation]) -> list[Row]:
    """The list's rows, with one query for all their questions."""
    shown = list(conversations)
    questions = first_words([conversation.pk for conversation in shown])
    return [row(conversation, questions.get(conversation.pk, "")) for conversation in shown]


def row(conversation: Conversation, question: str) -> Row:
    replied = conversation.first_reply_at
    return Row(
        conversation=conversation,
        question=question,
        tone=TONES[ConversationState(conversation.state)],
        reply_seconds=int((replied - conversation.started_at).total_seconds()) if replied else None,
    )


def first_words(ids: list[uuid.UUID]) -> dict[uuid.UUID, str]:
    """What each conversation began with."""
    messages = ConversationEvent.objects.filter(conversation__in=ids, kind=EventKind.MESSAGE)
    first = messages.order_by("conversation_id", "seq").distinct("conversation_id")
    return dict(first.values_list("conversation_id", "text"))


def access_transcript(*, store: Store, conversation_id: uuid.UUID) -> tuple[Conversation, list[Entry], list[Offer]]:
    """A conversation of the store with everything that was said or done in it, and who was asked to answer it.

    Read marks are left out. Raises NotFound.
    """
    found = store.conversations.select_related("expert", "product").filter(pk=conversation_id).first()
    if found is None:
        raise NotFound()
    events = found.events.exclude(kind=EventKind.READ).select_related("expert").order_by("seq")
    offers = found.offers.select_related("expert").order_by("offered_at", "factors__place")
    return found, [_entry(event, found) for event in events], list(offers)


def _entry(event: ConversationEvent, conversation: Conversation) -> Entry:
    is_visitor = event.author_kind == AuthorKind.VISITOR
    name = conversation.pseudonym if is_visitor else event.expert.display_name if event.expert else "Peerside"
    return Entry(
        event=event,
        is_message=event.kind == EventKind.MESSAGE,
        is_visitor=is_visitor,
        name=name,
        words=_words(event, name),
        page=Page(**event.data) if event.kind == EventKind.PAGE else None,
    )


def _words(event: ConversationEvent, name: str) -> str:
    """What is read where nothing was written by a person."""
    match event.kind:
        case EventKind.CLAIMED:
            return f"{name} took the conversation. The shopper was told: “{event.text}”"
        case EventKind.PROMISE:
            return f"Nobody was free. The shopper was told: “{event.text}”"
        case EventKind.STATE:
            return f"{name} ended the conversation."
        case EventKind.CONTACT:
            return f"{name} left an e-mail address."
        case EventKind.PAGE:
            return f"{name} moved to"
    return event.text

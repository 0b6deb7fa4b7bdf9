"""An expert takes a conversation, and ends it. In the caller's store scope."""

import datetime as dt
import uuid
from typing import Any

from django.db.models import QuerySet

from chat.errors import Closed, NoRoom, Taken
from chat.models import Conversation, ConversationState, EventKind
from chat.services.log import Draft, append, lock_conversation
from chat.services.offers import end_offers
from chat.wording import disclosure
from experts.models import Expert
from experts.services.owned import owned_products
from stores.errors import NotFound

# What a shopper can take in at a glance: her newest buys, the product under discussion first.
OWNED_SHOWN = 6


def claim(*, expert: Expert, conversation_id: uuid.UUID, now: dt.datetime) -> Conversation:
    """Give an unanswered conversation to the expert, and tell the shopper who she is and that she earns.

    Doing it again changes nothing. Raises NotFound, Taken, Closed, NoRoom.
    """
    # Her claims stand in line, so that two tabs cannot take her beyond what she chose.
    expert = Expert.objects.select_for_update(no_key=True).get(pk=expert.pk)
    conversation = _claimable(expert, conversation_id)
    if conversation.expert_id == expert.pk:
        return conversation
    if expert.conversations.open().count() >= expert.max_conversations:
        raise NoRoom()
    # The condition decides between two experts: one of them finds no row.
    if not unanswered(conversation.pk).update(
        state=ConversationState.OPEN, expert=expert, claimed_at=now, next_wave_at=None
    ):
        raise Taken(_who_was_quicker(conversation))
    conversation.refresh_from_db()
    conversation.expert = expert
    line = disclosure(store=conversation.store.name, expert=expert.display_name)
    data = {"expert": _introduce(expert, conversation), "disclosure": line}
    append(conversation, Draft(EventKind.CLAIMED, expert, text=line, data=data), now=now, is_inbox=True)
    end_offers(conversation, claimed_by=expert, now=now)
    return conversation


def unanswered(conversation_id: uuid.UUID) -> QuerySet[Conversation]:
    """The conversation while nobody has it: what an UPDATE must find to be the first."""
    return Conversation.objects.unanswered().filter(pk=conversation_id)


def close(*, expert: Expert, conversation_id: uuid.UUID, now: dt.datetime) -> Conversation:
    """End the expert's conversation; ending it again changes nothing. Raises NotFound."""
    conversation = lock_conversation(of=expert, conversation_id=conversation_id)
    if conversation.state == ConversationState.CLOSED:
        return conversation
    conversation.state = ConversationState.CLOSED
    conversation.closed_at = now
    draft = Draft(EventKind.STATE, expert, data={"state": ConversationState.CLOSED.value})
    append(conversation, draft, now=now, changed=("state", "closed_at"), is_inbox=True)
    return conversation


def _claimable(expert: Expert, conversation_id: uuid.UUID) -> Conversation:
    try:
        conversation = Conversation.objects.get(pk=conversation_id)
    except Conversation.DoesNotExist:
        raise NotFound() from None
    is_hers = conversation.expert_id == expert.pk
    if conversation.state == ConversationState.CLOSED:
        # She may know of it only if it was hers.
        raise Closed() if is_hers else NotFound()
    if conversation.state == ConversationState.OPEN and not is_hers:
        raise Taken(_who_was_quicker(conversation))
    return conversation


def _who_was_quicker(conversation: Conversation) -> str:
    winner = Expert.objects.filter(conversations=conversation.pk).first()
    return f"{winner.display_name} was quicker." if winner else Taken.message


def _introduce(expert: Expert, conversation: Conversation) -> dict[str, Any]:
    """What the shopper learns of an expert; what she owns comes from her paid orders."""
    owned = owned_products(expert=expert)
    owned.sort(key=lambda one: one.sku != conversation.page_sku)
    return {
        "name": expert.display_name,
        "face": expert.face,
        "about": expert.about,
        "languages": expert.languages,
        "owns": [{"title": one.title, "bought_on": one.bought_on.isoformat()} for one in owned[:OWNED_SHOWN]],
    }

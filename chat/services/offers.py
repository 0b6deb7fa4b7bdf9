"""Offers: a waiting conversation shown to an expert, with why she was asked, and what came of it."""

import datetime as dt
import uuid

from chat.live import ring_expert
from chat.models import Conversation, ConversationState, Offer, OfferState
from chat.routing import ROUTING_VERSION, WAVES_AT_SECONDS
from experts.models import Expert
from stores.errors import NotFound


def decline(*, expert: Expert, conversation_id: uuid.UUID, now: dt.datetime) -> None:
    """Take a conversation off the expert's list; when nobody asked is left, the next wave is due at once.

    Raises NotFound. Of a conversation that somebody has claimed meanwhile nothing changes.
    """
    conversation = Conversation.objects.select_for_update(no_key=True).filter(pk=conversation_id).first()
    if not conversation or (conversation.state == ConversationState.CLOSED and conversation.expert_id != expert.pk):
        raise NotFound()
    if conversation.state not in (ConversationState.WAITING, ConversationState.MISSED):
        return
    _write_declined(conversation, expert, now)
    if conversation.state == ConversationState.WAITING and not conversation.offers.filter(
        state=OfferState.PENDING, expires_at__gt=now
    ):
        conversation.next_wave_at = now
        conversation.save(update_fields=["next_wave_at"])
    ring_expert(expert)


def end_offers(conversation: Conversation, *, claimed_by: Expert | None, now: dt.datetime) -> None:
    """Nobody is asked any more: her offer is claimed, the others' have lapsed. Caller holds the conversation's lock."""
    pending = conversation.offers.filter(state=OfferState.PENDING)
    if claimed_by:
        pending.filter(expert=claimed_by).update(state=OfferState.CLAIMED, ended_at=now)
    pending.update(state=OfferState.LAPSED, ended_at=now)


def _write_declined(conversation: Conversation, expert: Expert, now: dt.datetime) -> None:
    offer, is_new = Offer.objects.get_or_create(
        store_id=conversation.store_id,
        conversation=conversation,
        expert=expert,
        defaults={
            "wave": min(conversation.next_wave, len(WAVES_AT_SECONDS)),
            "state": OfferState.DECLINED,
            "reason": "You saw it among those waiting.",
            "factors": {"version": ROUTING_VERSION, "from_list": True},
            "offered_at": now,
            "expires_at": now,
            "ended_at": now,
        },
    )
    if not is_new:
        open_states = [OfferState.PENDING, OfferState.LAPSED]
        Offer.objects.filter(pk=offer.pk, state__in=open_states).update(state=OfferState.DECLINED, ended_at=now)

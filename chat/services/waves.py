"""Waves: who is asked about a waiting conversation, and when, until somebody claims it or a promise is made."""

import datetime as dt
import uuid

from django.db.models import Count, Exists, Max, OuterRef, Q

from chat.live import ring
from chat.models import Conversation, ConversationState, EventKind, Offer, OfferState, PresenceLease
from chat.routing import CLAIM_SECONDS, WAVES_AT_SECONDS, Candidate, choose, next_step
from chat.services.log import Draft, append
from chat.services.offers import end_offers
from chat.wording import promise
from experts.models import Expert
from experts.services.owned import owned_products
from stores.models import Product
from stores.scope import dangerously_across_stores

SWEPT_AT_ONCE = 500


def begin_offers(conversation: Conversation, *, now: dt.datetime) -> None:
    """The first wave, in the transaction that began the conversation."""
    _next_wave(conversation, now=now)


def advance(*, conversation_id: uuid.UUID, now: dt.datetime) -> None:
    """Do what is due for a waiting conversation: the next wave, or the promise. Safe to run twice."""
    conversation = Conversation.objects.waiting().select_for_update(no_key=True).filter(pk=conversation_id).first()
    if conversation and conversation.next_wave_at and conversation.next_wave_at <= now:
        _next_wave(conversation, now=now)


def due_conversations(now: dt.datetime) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """(store, conversation) of every store whose waiting conversation is due, longest due first; for the sweep."""
    due = dangerously_across_stores(Conversation).filter(state=ConversationState.WAITING, next_wave_at__lte=now)
    return list(due.order_by("next_wave_at").values_list("store_id", "pk")[:SWEPT_AT_ONCE])


def _next_wave(conversation: Conversation, *, now: dt.datetime) -> None:
    candidates = _candidates(conversation, now)
    wave = conversation.next_wave
    if not candidates or wave >= len(WAVES_AT_SECONDS):
        _promise(conversation, now)
        return
    conversation.offers.filter(state=OfferState.PENDING, expires_at__lte=now).update(
        state=OfferState.LAPSED, ended_at=now
    )
    product = conversation.product
    names = {"product": product.title, "category": product.category} if product else {}
    for ask in choose(candidates, wave=wave, **names):
        Offer.objects.create(
            store_id=conversation.store_id,
            conversation=conversation,
            expert_id=ask.expert_id,
            wave=wave,
            reason=ask.reason,
            factors=ask.factors,
            offered_at=now,
            expires_at=now + dt.timedelta(seconds=CLAIM_SECONDS),
        )
    conversation.next_wave, conversation.next_wave_at = next_step(wave=wave, started_at=conversation.started_at)
    conversation.save(update_fields=["next_wave", "next_wave_at"])
    ring(conversation, is_inbox=True)


def _promise(conversation: Conversation, now: dt.datetime) -> None:
    """Say that nobody is free, instead of letting the shopper wait for nothing."""
    conversation.state = ConversationState.MISSED
    conversation.next_wave_at = None
    draft = Draft(EventKind.PROMISE, text=promise(store=conversation.store.name))
    append(conversation, draft, now=now, changed=("state", "next_wave_at"), is_inbox=True)
    end_offers(conversation, claimed_by=None, now=now)


def _candidates(conversation: Conversation, now: dt.datetime) -> list[Candidate]:
    """Every expert of the store who is available and present, with room or without."""
    is_present = Exists(PresenceLease.objects.filter(expert=OuterRef("pk"), expires_at__gt=now))
    experts = (
        Expert.objects.available()
        .filter(is_present)
        .annotate(
            open_count=Count("conversations", filter=Q(conversations__state=ConversationState.OPEN)),
            claimed_last=Max("conversations__claimed_at"),
        )
        .order_by("pk")
    )
    asked = set(conversation.offers.values_list("expert_id", flat=True))
    owners, friends = _owners(conversation, list(experts))
    return [
        Candidate(
            expert_id=expert.pk,
            owns_product=expert.pk in owners,
            owns_category=expert.pk in friends,
            open_conversations=expert.open_count,
            max_conversations=expert.max_conversations,
            idle_seconds=max(0, int((now - (expert.claimed_last or expert.engaged_at)).total_seconds())),
            was_asked=expert.pk in asked,
        )
        for expert in experts
    ]


def _owners(conversation: Conversation, experts: list[Expert]) -> tuple[set[uuid.UUID], set[uuid.UUID]]:
    """Who owns the product that the shopper looks at, and who owns anything of its category."""
    if not conversation.page_sku:
        return set(), set()
    owned = {expert.pk: {one.sku for one in owned_products(expert=expert)} for expert in experts}
    product = conversation.product
    kin: set[str] = set()
    if product and product.category:
        every = set().union(*owned.values())
        kin = set(Product.objects.filter(sku__in=every, category=product.category).values_list("sku", flat=True))
    owners = {pk for pk, skus in owned.items() if conversation.page_sku in skus}
    return owners, {pk for pk, skus in owned.items() if skus & kin}

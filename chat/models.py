"""Conversations and the events they are made of; who is asked to answer; who is there."""

from typing import ClassVar

from django.db import models

from experts.models import Expert
from stores.models import Product, Visitor
from stores.scope import StoreKey, TenantForeignKey, TenantManager, TenantModel


class ConversationState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"
    MISSED = "missed", "Missed"


class ConversationQuerySet(models.QuerySet):
    def waiting(self) -> "ConversationQuerySet":
        return self.filter(state=ConversationState.WAITING)

    def open(self) -> "ConversationQuerySet":
        return self.filter(state=ConversationState.OPEN)

    def unanswered(self) -> "ConversationQuerySet":
        """Those that an expert may claim: a missed one still waits for its answer."""
        return self.filter(state__in=[ConversationState.WAITING, ConversationState.MISSED])


ConversationManager = TenantManager.from_queryset(ConversationQuerySet)


class Conversation(TenantModel):
    """The dialogue of one visitor with a store, through pauses and reconnects."""

    TRANSITIONS = {
        ConversationState.WAITING: {ConversationState.OPEN, ConversationState.MISSED, ConversationState.CLOSED},
        # An expert may still answer a missed one; the shopper was promised that somebody would.
        ConversationState.MISSED: {ConversationState.OPEN, ConversationState.CLOSED},
        ConversationState.OPEN: {ConversationState.CLOSED},
    }

    store = StoreKey(related_name="conversations")
    visitor = TenantForeignKey(Visitor, related_name="conversations")
    expert = TenantForeignKey(Expert, null=True, blank=True, related_name="conversations")
    state = models.CharField(max_length=10, choices=ConversationState.choices, default=ConversationState.WAITING)
    # The counter that numbers the events: taken in the transaction that inserts them, so that there is no gap.
    last_seq = models.BigIntegerField(default=0)
    # The page that the shopper looks at, as his browser tells: a claim, shown to the expert, never proof.
    page_url = models.CharField(max_length=500, blank=True)
    page_title = models.CharField(max_length=200, blank=True)
    page_sku = models.CharField(max_length=100, blank=True)
    # The product of that SKU, where the store has told us of it.
    product = TenantForeignKey(Product, null=True, blank=True, related_name="conversations")
    # Made up per conversation ("Blue Heron"): experts tell shoppers apart without knowing who they are.
    pseudonym = models.CharField(max_length=40)
    language = models.CharField(max_length=12, default="en")
    started_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    first_reply_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    last_event_at = models.DateTimeField()
    # What the sweep does next with a waiting conversation, and when: the next wave, or the honest promise.
    next_wave = models.PositiveSmallIntegerField(default=0)
    next_wave_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[ConversationManager] = ConversationManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="conversation_state_known", condition=models.Q(state__in=ConversationState.values)
            ),
            models.CheckConstraint(
                name="conversation_open_has_expert",
                condition=~models.Q(state=ConversationState.OPEN) | models.Q(expert__isnull=False),
            ),
            # One conversation under way per visitor: a second tab finds the first one's.
            models.UniqueConstraint(
                fields=["store", "visitor"],
                name="conversation_one_under_way",
                condition=models.Q(state__in=[ConversationState.WAITING, ConversationState.OPEN]),
            ),
        ]
        indexes = [
            models.Index(fields=["store", "-started_at"], name="conversation_by_time"),
            models.Index(fields=["store", "expert", "state"], name="conversation_by_expert"),
            models.Index(fields=["store", "visitor", "-started_at"], name="conversation_by_visitor"),
            models.Index(
                fields=["next_wave_at"],
                name="conversation_to_offer",
                condition=models.Q(state=ConversationState.WAITING),
            ),
            models.Index(
                fields=["store", "started_at"],
                name="conversation_unanswered",
                condition=models.Q(state__in=[ConversationState.WAITING, ConversationState.MISSED]),
            ),
        ]


class EventKind(models.TextChoices):
    """Everything that can happen in a conversation, in one sequence."""

    MESSAGE = "message", "Message"
    CLAIMED = "claimed", "Claimed by an expert"
    STATE = "state", "State changed"
    PAGE = "page", "Shopper moved to another page"
    READ = "read", "Read up to"
    PROMISE = "promise", "Nobody was free; a promise was made"
    CONTACT = "contact", "Shopper left an e-mail"


class AuthorKind(models.TextChoices):
    VISITOR = "visitor", "Shopper"
    EXPERT = "expert", "Expert"
    SYSTEM = "system", "Peerside"


class ConversationEvent(TenantModel):
    """One change of a conversation: a message, or anything else that both sides must agree on."""

    store = StoreKey(related_name="conversation_events")
    conversation = TenantForeignKey(Conversation, related_name="events")
    seq = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=EventKind.choices)
    author_kind = models.CharField(max_length=10, choices=AuthorKind.choices)
    expert = TenantForeignKey(Expert, null=True, blank=True, related_name="+")
    # The sender's own id for it; the same id again is the same event.
    client_id = models.UUIDField(null=True, blank=True)
    text = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "conversation", "seq"], name="event_seq_once"),
            models.UniqueConstraint(
                fields=["store", "conversation", "author_kind", "client_id"], name="event_client_id_once"
            ),
            models.CheckConstraint(name="event_kind_known", condition=models.Q(kind__in=EventKind.values)),
        ]
        ordering = ["seq"]


class OfferState(models.TextChoices):
    PENDING = "pending", "Offered"
    CLAIMED = "claimed", "Claimed"
    DECLINED = "declined", "Declined"
    LAPSED = "lapsed", "Lapsed"


class Offer(TenantModel):
    """A waiting conversation shown to one expert, with why she was asked."""

    TRANSITIONS = {OfferState.PENDING: {OfferState.CLAIMED, OfferState.DECLINED, OfferState.LAPSED}}

    store = StoreKey(related_name="offers")
    conversation = TenantForeignKey(Conversation, related_name="offers")
    expert = TenantForeignKey(Expert, related_name="offers")
    wave = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=OfferState.choices, default=OfferState.PENDING)
    # The inputs of `routing.choose`, its version, and the reason in words.
    reason = models.CharField(max_length=300)
    factors = models.JSONField(default=dict)
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "conversation", "expert"], name="offer_once"),
            models.CheckConstraint(name="offer_state_known", condition=models.Q(state__in=OfferState.values)),
        ]
        indexes = [models.Index(fields=["store", "expert", "state"], name="offer_by_expert")]


class PresenceLease(TenantModel):
    """A live connection of an expert, true until `expires_at` and renewed by its heartbeat."""

    store = StoreKey(related_name="presence_leases")
    expert = TenantForeignKey(Expert, related_name="presence_leases")
    connection_id = models.UUIDField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "expert", "connection_id"], name="lease_once")]
        indexes = [models.Index(fields=["store", "expires_at"], name="lease_by_expiry")]

"""Touchpoints, and the one decision per order that they lead to."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from experts.models import Expert
from stores.models import Order, Visitor
from stores.scope import StoreKey, TenantForeignKey, TenantModel, TenantOneToOneField


class TouchpointKind(models.TextChoices):
    REPLY = "reply", "Substantive reply"


class Touchpoint(TenantModel):
    """A dated fact that an expert influenced a visitor. It outlives the transcript that it came from."""

    store = StoreKey(related_name="touchpoints")
    visitor = TenantForeignKey(Visitor, related_name="touchpoints")
    expert = TenantForeignKey(Expert, related_name="touchpoints")
    # Chat is a floor above: its ids are kept as plain values, and stay when the transcript is erased.
    conversation_id = models.UUIDField()
    seq = models.BigIntegerField()
    kind = models.CharField(max_length=12, choices=TouchpointKind.choices)
    # SKUs that the conversation was about at that moment.
    skus = ArrayField(models.CharField(max_length=100), default=list)
    # Whether the shopper had written too: credit needs a two-sided exchange.
    is_two_sided = models.BooleanField()
    occurred_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "conversation_id", "seq", "kind"], name="touchpoint_once"),
        ]
        indexes = [models.Index(fields=["store", "visitor", "-occurred_at"], name="touchpoint_by_visitor")]


class Outcome(models.TextChoices):
    CREDITED = "credited", "Credited"
    ASSISTED = "assisted", "Assisted"
    UNCREDITED = "uncredited", "Uncredited"


class Evidence(models.TextChoices):
    """What ties an order to a visitor, strongest first."""

    MARKER = "marker", "Signed cart marker"
    EMAIL = "email", "E-mail given in the conversation"
    NONE = "none", "Nothing"


class Attribution(TenantModel):
    """The recorded decision on an order, credited or not, with everything it was decided from."""

    store = StoreKey(related_name="attributions")
    order = TenantOneToOneField(Order, related_name="attribution")
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    expert = TenantForeignKey(Expert, null=True, blank=True, related_name="attributions")
    visitor = TenantForeignKey(Visitor, null=True, blank=True, related_name="attributions")
    conversation_id = models.UUIDField(null=True, blank=True)
    evidence = models.CharField(max_length=12, choices=Evidence.choices)
    rule = models.CharField(max_length=40)
    rule_version = models.CharField(max_length=20)
    # Canonical JSON text: `rules.decide(inputs)` gives `receipt` again, byte for byte.
    inputs = models.TextField()
    receipt = models.TextField()
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="attribution_outcome_known", condition=models.Q(outcome__in=Outcome.values)),
            models.CheckConstraint(
                name="attribution_expert_iff_earned",
                condition=models.Q(outcome=Outcome.UNCREDITED, expert=None)
                | (~models.Q(outcome=Outcome.UNCREDITED) & models.Q(expert__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(fields=["store", "-decided_at"], name="attribution_by_time"),
            models.Index(fields=["store", "expert", "-decided_at"], name="attribution_by_expert"),
        ]

"""The way in: a store's connection to its platform, and every signed request received through it."""

from django.db import models

from stores.models.tenant import Platform
from stores.scope import StoreKey, TenantModel


class PlatformConnection(TenantModel):
    """What authenticates a store's platform to us."""

    store = StoreKey(related_name="connections")
    platform = models.CharField(max_length=20, choices=Platform.choices)
    # The newest first; two while the store rotates.
    webhook_secret = models.CharField(max_length=200)
    previous_webhook_secret = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "platform"], name="connection_once"),
            models.CheckConstraint(name="connection_has_secret", condition=~models.Q(webhook_secret="")),
        ]

    def secrets(self) -> list[str]:
        """The secrets a signature may be made with."""
        return [secret for secret in (self.webhook_secret, self.previous_webhook_secret) if secret]


class DeliveryState(models.TextChoices):
    RECEIVED = "received", "Received"
    APPLIED = "applied", "Applied"
    IGNORED = "ignored", "Not about an order"
    PARKED = "parked", "Waiting for its order"
    UNREADABLE = "unreadable", "Could not be read"


class Delivery(TenantModel):
    """One webhook request received: verified, stored as it came, answered, and only then worked."""

    TRANSITIONS = {
        DeliveryState.RECEIVED: {
            DeliveryState.APPLIED,
            DeliveryState.IGNORED,
            DeliveryState.PARKED,
            DeliveryState.UNREADABLE,
        },
        DeliveryState.PARKED: {DeliveryState.APPLIED, DeliveryState.UNREADABLE},
    }

    store = StoreKey(related_name="deliveries")
    platform = models.CharField(max_length=20, choices=Platform.choices)
    topic = models.CharField(max_length=60)
    dedupe_key = models.CharField(max_length=200)
    body = models.BinaryField()
    # The order it speaks of, once parsed: a parked refund is found again by it.
    order_external_id = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=12, choices=DeliveryState.choices, default=DeliveryState.RECEIVED)
    reason = models.CharField(max_length=300, blank=True)
    received_at = models.DateTimeField()
    worked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "platform", "dedupe_key"], name="delivery_once"),
            models.CheckConstraint(name="delivery_state_known", condition=models.Q(state__in=DeliveryState.values)),
        ]
        indexes = [
            models.Index(fields=["store", "-received_at"], name="delivery_by_time"),
            models.Index(
                fields=["received_at"],
                name="delivery_to_work",
                condition=models.Q(state__in=[DeliveryState.RECEIVED, DeliveryState.PARKED]),
            ),
            models.Index(
                fields=["store", "order_external_id"],
                name="delivery_parked",
                condition=models.Q(state=DeliveryState.PARKED),
            ),
        ]

"""The shop's own two tables: what was ordered, and which webhooks are still to be delivered.

They belong to the shop and not to a store of Peerside: no store column, no row-level security.
"""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q

from demo.money import in_cents, to_cents
from demo.order_state import current


class FinancialStatus(models.TextChoices):
    PAID = "paid", "Paid"
    PARTIALLY_REFUNDED = "partially_refunded", "Partially refunded"
    REFUNDED = "refunded", "Refunded"


class DemoOrder(models.Model):
    """A paid order; `body` stays as it was paid, `refunds` and `cancelled_at` say what happened since."""

    cart_token = models.CharField(max_length=32, unique=True)
    body = models.JSONField()
    refunds = models.JSONField(default=list)
    financial_status = models.CharField(max_length=20, choices=FinancialStatus, default=FinancialStatus.PAID)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(financial_status__in=FinancialStatus.values), name="demo_order_financial_status"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def number(self) -> int:
        """The number in addresses, 1001 and up; the platform's own id stands in the body."""
        return 1000 + self.pk

    @property
    def name(self) -> str:
        return f"#{self.number}"

    @property
    def today(self) -> dict:
        """The order's body as the platform would report it now."""
        return current(self.body, self.refunds, cancelled_at=self.cancelled_at, updated_at=self.updated_at)

    @property
    def total_cents(self) -> int:
        return to_cents(self.body["total_price"])

    @property
    def refunded_cents(self) -> int:
        return self.total_cents - to_cents(self.today["current_total_price"])

    @property
    def shipping_cents(self) -> int:
        return in_cents(self.body["total_shipping_price_set"])


class DemoWebhookQuerySet(models.QuerySet["DemoWebhook"]):
    def due(self, now: datetime) -> "DemoWebhookQuerySet":
        """Deliveries whose next try has come."""
        return self.filter(next_try_at__lte=now)


class DemoWebhook(models.Model):
    """One notification of the outbox: the exact bytes that are signed and sent, and how it went.

    `next_try_at` is empty when nothing more is to be done: delivered, or given up after the last retry.
    """

    order = models.ForeignKey(DemoOrder, on_delete=models.PROTECT, related_name="webhooks")
    topic = models.CharField(max_length=40)
    body = models.BinaryField()
    event_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    webhook_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    created_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    deliveries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    last_status = models.PositiveSmallIntegerField(null=True)
    last_error = models.CharField(max_length=200, blank=True)

    objects = DemoWebhookQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(next_try_at__isnull=False), name="demo_webhook_due")
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.event_id}"

    @property
    def state(self) -> str:
        """How the delivery stands, in one word for the page: waiting, retrying, delivered or failed."""
        if self.next_try_at is not None:
            return "retrying" if self.attempts else "waiting"
        return "delivered" if self.delivered_at is not None else "failed"

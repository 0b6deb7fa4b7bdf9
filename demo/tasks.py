"""The shop's background work: each task takes an id or nothing, and is safe to run twice."""

from celery import shared_task
from django.utils import timezone

from demo import webhooks
from demo.models import DemoWebhook

MOST_AT_ONCE = 50


@shared_task
def deliver(webhook_id: int) -> None:
    """Send one webhook, if it is due."""
    webhooks.deliver(webhook_id=webhook_id, now=timezone.now())


@shared_task
def deliver_due() -> None:
    """The periodic sweep: send whatever is due, oldest first, whether or not a task was queued for it."""
    due = DemoWebhook.objects.due(timezone.now()).order_by("pk")
    for webhook_id in list(due.values_list("pk", flat=True)[:MOST_AT_ONCE]):
        webhooks.deliver(webhook_id=webhook_id, now=timezone.now())

"""Sends the outbox: signs the exact bytes as Shopify does, and tries again until the receiver says yes."""

import base64
import hashlib
import hmac
import logging
from datetime import UTC, datetime, timedelta

import httpx
from django.db.models import F

from demo import shop_settings
from demo.models import DemoWebhook
from demo.orders import SHOP_DOMAIN
from demo.shop_settings import ShopSettings

logger = logging.getLogger(__name__)
API_VERSION = "2026-07"
TIMEOUT_SECONDS = 5
# Eight retries, as the platform; its four hours are shortened, because people watch a demo.
RETRY_AFTER = [timedelta(seconds=s) for s in (5, 15, 30, 60, 300, 900, 3600, 10800)]
# A worker that dies while sending holds its row no longer than this.
CLAIM = timedelta(seconds=60)


def signature(body: bytes, secret: str) -> str:
    """Base64 of the HMAC-SHA256 over the raw body."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def headers(webhook: DemoWebhook, body: bytes, secret: str) -> dict[str, str]:
    """What the platform sends beside the body; a retry carries the same ids."""
    return {
        "Content-Type": "application/json",
        "User-Agent": "Shopify-Captain-Hook",
        "X-Shopify-Topic": webhook.topic,
        "X-Shopify-Hmac-Sha256": signature(body, secret),
        "X-Shopify-Shop-Domain": SHOP_DOMAIN,
        "X-Shopify-Event-Id": str(webhook.event_id),
        "X-Shopify-Webhook-Id": str(webhook.webhook_id),
        "X-Shopify-API-Version": API_VERSION,
        "X-Shopify-Triggered-At": webhook.created_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    }


def deliver(*, webhook_id: int, now: datetime) -> None:
    """Send one webhook if it is due; does nothing when it is not, or when another worker has it.

    Without settings nothing is tried and nothing is lost: the row stays due.
    """
    receiver = shop_settings.read()
    if receiver is None or not claimed(webhook_id=webhook_id, now=now):
        return
    webhook = DemoWebhook.objects.get(pk=webhook_id)
    status, error = post(webhook, receiver)
    if status is not None and 200 <= status < 300:
        note_delivered(webhook, status, now)
    else:
        note_failed(webhook, status, error or f"The receiver answered {status}.", now)


def claimed(*, webhook_id: int, now: datetime) -> bool:
    """Take a due webhook for this worker; one UPDATE, so that two workers never both send a try."""
    due = DemoWebhook.objects.due(now).filter(pk=webhook_id)
    return due.update(next_try_at=now + CLAIM, attempts=F("attempts") + 1) == 1


def post(webhook: DemoWebhook, receiver: ShopSettings) -> tuple[int | None, str]:
    """The receiver's status, or none and what went wrong; a redirect is an answer like any other."""
    body = bytes(webhook.body)
    try:
        answer = httpx.post(
            receiver.webhook_url,
            content=body,
            headers=headers(webhook, body, receiver.webhook_secret),
            timeout=TIMEOUT_SECONDS,
            follow_redirects=False,
            trust_env=False,
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return None, f"{type(error).__name__}: {error}"[:200]
    return answer.status_code, ""


def note_delivered(webhook: DemoWebhook, status: int, now: datetime) -> None:
    """The receiver has it."""
    DemoWebhook.objects.filter(pk=webhook.pk).update(
        next_try_at=None, delivered_at=now, deliveries=F("deliveries") + 1, last_status=status, last_error=""
    )


def note_failed(webhook: DemoWebhook, status: int | None, error: str, now: datetime) -> None:
    """Set the next try, or give up after the last of RETRY_AFTER; the office can still send it again."""
    has_retry = webhook.attempts <= len(RETRY_AFTER)
    next_try_at = now + RETRY_AFTER[webhook.attempts - 1] if has_retry else None
    logger.warning("Webhook %s, try %s: %s", webhook, webhook.attempts, error)
    DemoWebhook.objects.filter(pk=webhook.pk).update(next_try_at=next_try_at, last_status=status, last_error=error)

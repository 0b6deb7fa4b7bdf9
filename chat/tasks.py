"""Work in the background: ids in, one service each, safe to run twice."""

import uuid

from celery import shared_task
from django.utils import timezone

from chat import services
from stores.scope import store_scope


@shared_task
def sweep_waiting() -> None:
    """Every 5 s: put on the queue what is due for waiting conversations, of every store."""
    for store_id, conversation_id in services.due_conversations(timezone.now()):
        advance_waiting.delay(str(store_id), str(conversation_id))


@shared_task
def advance_waiting(store_id: str, conversation_id: str) -> None:
    """The next wave of a waiting conversation, or its promise."""
    with store_scope(uuid.UUID(store_id)):
        services.advance(conversation_id=uuid.UUID(conversation_id), now=timezone.now())

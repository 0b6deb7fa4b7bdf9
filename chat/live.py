"""The doorbell: tells open sockets that something was committed. What it was they read from the database.

A ring carries no text, and a lost one costs a moment: clients count, and a heartbeat tells them the newest number.
"""

import asyncio
import logging
import os
import threading
import uuid
from typing import Any, Literal

from channels.layers import get_channel_layer
from django.db import transaction
from redis.exceptions import RedisError

from chat.models import Conversation
from experts.models import Expert

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 5
RING = "ring"


def group_name(store_id: uuid.UUID, kind: Literal["visitor", "expert", "inbox"], id: uuid.UUID | None = None) -> str:
    """The one place where names of groups are made: each belongs to a store.

    A visitor's and an expert's sockets hear of their conversations, "inbox" of the store's waiting list.
    """
    return f"store.{store_id.hex}.{kind}" + (f".{id.hex}" if id else "")


def ring(conversation: Conversation, *, is_inbox: bool) -> None:
    """Once the transaction is committed, ring those in the conversation; `is_inbox`: the waiting list changed too."""
    store_id = conversation.store_id
    groups = [group_name(store_id, "visitor", conversation.visitor_id)]
    if conversation.expert_id:
        groups.append(group_name(store_id, "expert", conversation.expert_id))
    if is_inbox:
        groups.append(group_name(store_id, "inbox"))
    _ring_on_commit(groups, store_id, conversation=conversation.pk.hex, seq=conversation.last_seq, inbox=is_inbox)


def ring_expert(expert: Expert) -> None:
    """Once committed, have an expert's own consoles read her inbox again."""
    groups = [group_name(expert.store_id, "expert", expert.pk)]
    _ring_on_commit(groups, expert.store_id, conversation="", seq=0, inbox=True)


def _ring_on_commit(groups: list[str], store_id: uuid.UUID, **says: Any) -> None:
    message = {"type": RING, "store": store_id.hex, **says}
    # A lambda, for Django names a failed robust hook by an attribute that a partial does not have.
    transaction.on_commit(lambda: _bell.ring(groups, message), robust=True)


class Bell:
    """Publishes rings from any thread of a process, over one event loop and one Redis connection of its own.

    Nobody waits for it, and nothing fails when Redis does.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pid = 0
        self._is_broken = False

    def ring(self, groups: list[str], message: dict[str, Any]) -> None:
        asyncio.run_coroutine_threadsafe(self._publish(groups, message), self._running_loop())

    async def _publish(self, groups: list[str], message: dict[str, Any]) -> None:
        layer = get_channel_layer()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                for group in groups:
                    await layer.group_send(group, message)
        except (OSError, RedisError) as error:
            if not self._is_broken:
                logger.warning("Rings are lost until Redis is back; sockets catch up by heartbeat: %s", error)
            self._is_broken = True
        else:
            if self._is_broken:
                logger.warning("Rings are heard again.")
            self._is_broken = False

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            # A forked worker inherits the loop but not the thread that ran it.
            if self._loop is None or self._pid != os.getpid():
                self._loop, self._pid = asyncio.new_event_loop(), os.getpid()
                threading.Thread(target=self._loop.run_forever, name="bell", daemon=True).start()
            return self._loop


_bell = Bell()

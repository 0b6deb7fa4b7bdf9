"""Listens to the doorbell for one socket, and remembers only that it rang and for what."""

import asyncio
import contextlib
import logging
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from channels.layers import get_channel_layer
from redis.exceptions import RedisError

from chat.live import RING

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 3


@dataclass
class Rings:
    """What has rung since it was asked last."""

    # By store, the newest number that each conversation rang with.
    numbers: dict[uuid.UUID, dict[uuid.UUID, int]] = field(default_factory=dict)
    # Stores whose waiting list, or whose part of her inbox, changed.
    inboxes: set[uuid.UUID] = field(default_factory=set)
    # Whether rings may have been missed, so that everything has to be looked at.
    is_unsure: bool = False

    def note(self, store_id: uuid.UUID, message: dict[str, Any]) -> None:
        if message["conversation"]:
            numbers = self.numbers.setdefault(store_id, {})
            conversation_id = uuid.UUID(message["conversation"])
            numbers[conversation_id] = max(message["seq"], numbers.get(conversation_id, 0))
        if message["inbox"]:
            self.inboxes.add(store_id)

    def tell_more_than(self, store_id: uuid.UUID, told: dict[uuid.UUID, int]) -> bool:
        """Whether a conversation of the store may have events beyond those told."""
        numbers = self.numbers.get(store_id, {})
        return self.is_unsure or any(seq > told.get(key, 0) for key, seq in numbers.items())


class Ear:
    """However slowly the socket reads, rings pile up to one number per conversation, never to a queue."""

    def __init__(self, store_ids: Iterable[uuid.UUID], groups: Iterable[str]) -> None:
        self.rang = asyncio.Event()
        # Set once the groups are joined, or cannot be: nothing committed later goes unheard, or we know that it does.
        self.is_settled = asyncio.Event()
        self.is_deaf = True
        self._store_ids = set(store_ids)
        self._groups = tuple(groups)
        self._rings = Rings()

    def take(self) -> Rings:
        """Everything since the last call; a deaf ear is never sure."""
        self.rang.clear()
        rings, self._rings = self._rings, Rings()
        rings.is_unsure |= self.is_deaf
        return rings

    async def listen(self) -> None:
        """Until cancelled. While Redis is away, try again every few seconds."""
        while True:
            with contextlib.suppress(OSError, RedisError):
                await self._listen_once()
            if not self.is_deaf:
                logger.warning("A socket hears no rings until Redis is back; it looks by itself meanwhile.")
            self.is_deaf = True
            self.is_settled.set()
            await asyncio.sleep(PAUSE_SECONDS)

    async def _listen_once(self) -> None:
        layer = get_channel_layer()
        channel = await layer.new_channel()
        # The layer ends a subscription only when `receive` is cancelled: whatever happens, it must have been begun.
        receiving = asyncio.ensure_future(layer.receive(channel))
        try:
            for group in self._groups:
                await layer.group_add(group, channel)
            self.is_deaf = False
            if self.is_settled.is_set():
                # Not the first time: whatever was committed while nobody listened.
                self._rings.is_unsure = True
                self.rang.set()
            self.is_settled.set()
            while True:
                self._hear(await receiving)
                receiving = asyncio.ensure_future(layer.receive(channel))
        finally:
            with contextlib.suppress(OSError, RedisError):
                for group in self._groups:
                    await layer.group_discard(group, channel)
            receiving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await receiving

    def _hear(self, message: dict[str, Any]) -> None:
        store_id = uuid.UUID(message["store"])
        if message["type"] != RING or store_id not in self._store_ids:
            logger.error("A ring of store %s reached a socket of another store and was dropped.", store_id)
            return
        self._rings.note(store_id, message)
        self.rang.set()

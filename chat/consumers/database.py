"""The one way from a socket to the database: a few threads that live on and keep their connections.

Channels' own helper runs everything on one thread, and a thread per call would open a connection per message.
"""

import asyncio
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import close_old_connections

from stores.scope import store_scope

P = ParamSpec("P")
T = TypeVar("T")

# PostgreSQL works for one socket while Python works for another; more threads than this only wait for each other.
THREADS = 8
# A connection that was used within this time is taken to be alive: asking first would cost each message a round trip.
TRUSTED_SECONDS = 20

_pool = ThreadPoolExecutor(THREADS, thread_name_prefix="socket-db")
_used = threading.local()


async def in_store(store_id: uuid.UUID, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function in a store's scope, that is in one transaction."""
    return await _on_thread(partial(_in_scope, store_id, partial(function, *args, **kwargs)))


async def outside_stores(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function that opens its own scope, or reads no tenant rows."""
    return await _on_thread(partial(function, *args, **kwargs))


def _in_scope(store_id: uuid.UUID, call: Callable[[], T]) -> T:
    with store_scope(store_id):
        return call()


async def _on_thread(call: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(_pool, _tidily, call)


def _tidily(call: Callable[[], T]) -> T:
    if time.monotonic() - getattr(_used, "at", -TRUSTED_SECONDS) >= TRUSTED_SECONDS:
        close_old_connections()
    try:
        return call()
    except Exception:
        # Drops a connection that broke; one that a mere refusal went through is kept.
        close_old_connections()
        raise
    finally:
        _used.at = time.monotonic()

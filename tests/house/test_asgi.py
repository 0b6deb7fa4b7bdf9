"""Under uvicorn, too, pages are served by threads that live and keep their database connections."""

import asyncio

import httpx
from django.conf import settings
from psycopg2.extensions import connection

from config.asgi import application, lifespan

CONNECTIONS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND usename = %s"


def connections_of_pages(admin: connection) -> set[int]:
    with admin.cursor() as db:
        db.execute(CONNECTIONS, [settings.DATABASES["platform"]["USER"]])
        return {pid for (pid,) in db.fetchall()}


async def ask(client: httpx.AsyncClient, times: int) -> set[int]:
    answers = await asyncio.gather(*(client.get("/readyz") for _ in range(times)))
    return {answer.status_code for answer in answers}


async def test_threads_keep_their_connections(admin: connection) -> None:
    before = connections_of_pages(admin)
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        assert await ask(client, 100) == {200}
        first = connections_of_pages(admin)
        assert await ask(client, 100) == {200}

    assert 0 < len(first - before) <= settings.PAGE_THREADS
    assert first <= connections_of_pages(admin)
    assert len(connections_of_pages(admin) - before) <= settings.PAGE_THREADS


async def test_the_server_is_told_that_all_is_ready() -> None:
    asked = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    told: list[str] = []

    async def receive() -> dict[str, str]:
        return next(asked)

    async def send(message: dict[str, str]) -> None:
        told.append(message["type"])

    await lifespan({"type": "lifespan"}, receive, send)

    assert told == ["lifespan.startup.complete", "lifespan.shutdown.complete"]

"""/healthz says that the process is up, /readyz that it can do its work."""

from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client

from config import health


def test_all_is_well(client: Client) -> None:
    assert client.get("/healthz").content == b"ok"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "redis": "ok", "migrations": "ok"})
    assert "no-store" in answer["Cache-Control"]


def test_without_redis_it_is_up_but_not_ready(client: Client, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["redis"]) == (503, "cannot be reached")
    assert client.get("/healthz").status_code == 200


def test_without_a_database_it_is_up_but_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        def __getitem__(self, alias: str) -> None:
            raise DatabaseError("connection refused")

    monkeypatch.setattr(health, "connections", Gone())

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"database": "cannot be reached", "redis": "ok", "migrations": "cannot be read"}
    assert client.get("/healthz").status_code == 200


def test_a_missing_migration_is_counted(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    known = health.known_migrations() | {("stores", "9999_not_yet")}
    monkeypatch.setattr(health, "known_migrations", lambda: known)

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["migrations"]) == (503, "1 not applied")

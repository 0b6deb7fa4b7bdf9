"""What load balancers and people on call ask: is the process up, and can it do its work?"""

from collections.abc import Callable
from functools import cache

import redis
from django.conf import settings
from django.db import DatabaseError, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.backoff import NoBackoff
from redis.retry import Retry

OK = "ok"


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked, so that a database outage restarts no web process."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database, Redis and the migrations are all there, else 503 and which one is not."""
    findings = {name: check() for name, check in CHECKS.items()}
    return JsonResponse(findings, status=200 if set(findings.values()) == {OK} else 503)


def check_database() -> str:
    try:
        for alias in ("default", "platform"):
            with connections[alias].cursor() as cursor:
                cursor.execute("SELECT 1")
    except DatabaseError:
        return "cannot be reached"
    return OK


def check_redis() -> str:
    try:
        # No retries: a probe that waits answers the wrong question.
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, retry=Retry(NoBackoff(), 0)) as client:
            client.ping()
    except redis.RedisError:
        return "cannot be reached"
    return OK


def check_migrations() -> str:
    try:
        missing = known_migrations() - set(MigrationRecorder(connections["default"]).applied_migrations())
    except DatabaseError:
        return "cannot be read"
    return f"{len(missing)} not applied" if missing else OK


@cache
def known_migrations() -> set[tuple[str, str]]:
    """The migrations that this process's code comes with."""
    return set(MigrationLoader(None).disk_migrations)


CHECKS: dict[str, Callable[[], str]] = {
    "database": check_database,
    "redis": check_redis,
    "migrations": check_migrations,
}

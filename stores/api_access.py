"""Who may pass the doors of `/api/v1/`: a store's server, by its key."""

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import APIException
from rest_framework.response import Response

from stores.access import rendered
from stores.errors import NotAuthentic, Refusal, TooLarge
from stores.middleware import refusal_json
from stores.models import ApiKey, Store
from stores.scope import store_scope
from stores.services.tenants import hash_secret

BODY_LIMIT = 1024 * 1024


def api_door(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a request with `Authorization: Bearer ps_…` in, with `store` and in that store's scope.

    Anything else gets the same 401, whatever is wrong with the key.
    """

    @csrf_exempt
    @wraps(view)
    def inner(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        key = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        store = _store_named_by(key)
        with store_scope(store.id):
            _check(key)
            return rendered(view(request, store=store, **kwargs))

    return inner


def bounded_body(request: HttpRequest) -> bytes:
    """The request's raw body; raises TooLarge before more than BODY_LIMIT is read."""
    length = str(request.META.get("CONTENT_LENGTH") or 0)
    if not length.isdecimal() or int(length) > BODY_LIMIT:
        raise TooLarge(f"A body may have up to {BODY_LIMIT:,} bytes.")
    return request.body


def problem(error: Exception, context: dict[str, Any]) -> HttpResponse | Response | None:
    """REST framework's own refusals (a method, say) as the problem bodies that all others are."""
    if not isinstance(error, APIException):
        return None
    refusal = Refusal(str(error.detail))
    refusal.status, refusal.code = error.status_code, str(error.get_codes())
    return refusal_json(refusal)


def _store_named_by(key: str) -> Store:
    """The store whose name a key carries: `ps_<public key's digits>_<secret>`."""
    kind, _, rest = key.partition("_")
    store = Store.objects.filter(public_key=f"pk_{rest.partition('_')[0]}").first()
    if kind != "ps" or store is None:
        raise NotAuthentic()
    return store


def _check(key: str) -> None:
    keys = ApiKey.objects.filter(key_hash=hash_secret(key), revoked_at=None)
    if not keys.exists():
        raise NotAuthentic()
    now = timezone.now()
    # At most once a minute: requests of one key would else queue for its row.
    keys.filter(Q(last_used_at=None) | Q(last_used_at__lt=now - dt.timedelta(minutes=1))).update(last_used_at=now)

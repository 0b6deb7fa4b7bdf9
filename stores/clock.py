"""Dates on a store's pages are those of its own clock."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils import timezone


def in_store_time(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Run a view, which renders its own template, in the time zone of `request.store`; it stands inside a door."""

    @wraps(view)
    def inner(request: Any, **kwargs: Any) -> HttpResponse:
        with timezone.override(ZoneInfo(request.store.timezone)):
            return view(request, **kwargs)

    return inner

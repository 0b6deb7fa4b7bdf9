"""What both sides' HTTP doors share: JSON in, JSON out, refusals as problems."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from chat.frames import LARGEST_NUMBER, LONGEST_BYTES, Body
from stores.errors import BadInput, Refusal, TooLarge
from stores.middleware import refusal_json

View = Callable[..., HttpResponse]


def json_door(*methods: str) -> Callable[[View], View]:
    """A view for programs only: whatever the client says that it accepts, refusals are problem JSON."""

    def decorate(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            try:
                return view(request, **kwargs)
            except Refusal as refusal:
                return refusal_json(refusal)

        return never_cache(require_http_methods(methods)(inner))

    return decorate


def read_body(request: HttpRequest, conversation_id: uuid.UUID | None = None) -> Body:
    """A POST's JSON, or a GET's parameters, with the conversation of the address. Raises TooLarge, BadInput."""
    about = {"conversation": str(conversation_id)} if conversation_id else {}
    if request.method != "POST":
        return Body({"after": read_number(request.GET.get("after", "0")), **about})
    if int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST_BYTES:
        raise TooLarge(f"A body may have {LONGEST_BYTES:,} bytes.")
    return Body.parse(request.body or b"{}").about(about)


def read_number(text: str) -> int:
    """A whole number of an address; raises BadInput."""
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(LARGEST_NUMBER)):
        raise BadInput("“after” is not a whole number from 0 on.")
    return int(text)

"""What the widget's frame may ask over HTTP, under /w/<public key>/api/."""

import uuid

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from chat import services
from chat.actions.visitor import Action
from chat.api.doors import View, json_door, read_body
from chat.limits import limit_requests
from stores.access import access_store
from stores.scope import store_scope

LONGEST_ORIGIN = 200


def visitor_view(**actions: Action) -> View:
    """A view that does `actions[method]` for the visitor of the Bearer token, in his store's scope.

    A token needs no CSRF check: no other page can make a browser send it.
    """

    @csrf_exempt
    @json_door(*actions)
    def view(request: HttpRequest, public_key: str, conversation_id: uuid.UUID | None = None) -> HttpResponse:
        store = access_store(public_key=public_key)
        with store_scope(store.pk):
            visitor = services.access_visitor(token=bearer_token(request))
            if request.method == "POST":
                limit_requests(f"visitor.{visitor.pk.hex}")
            action = actions[request.method or ""]
            return JsonResponse(action(store, visitor, read_body(request, conversation_id), timezone.now()))

    return view


@csrf_exempt
@json_door("POST")
def visitors(request: HttpRequest, public_key: str) -> HttpResponse:
    """A token for a browser that has none."""
    origin = read_body(request).line("origin", LONGEST_ORIGIN)
    store = access_store(public_key=public_key)
    with store_scope(store.pk):
        token = services.mint_visitor(store=store, origin=origin, now=timezone.now())
    return JsonResponse({"token": token}, status=201)


def bearer_token(request: HttpRequest) -> str:
    """The token of the Authorization header, or ""."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""

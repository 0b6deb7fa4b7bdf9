"""What the console may ask over HTTP, under /console/api/."""

import uuid
from functools import partial

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from chat.actions import expert as actions
from chat.api.doors import View, json_door, read_body
from chat.engagements import active_experts, in_each_store, where_found, whole_inbox
from chat.limits import limit_requests
from chat.services.presence import renew_lease
from chat.services.tickets import make_ticket, session_connection
from experts.models import Expert


def expert_view(method: str, action: actions.Action, *, has_inbox: bool = False) -> View:
    """A view that does `action` to the conversation of its address, in whichever of her stores has it."""

    @json_door(method)
    def view(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponse:
        experts, now = engaged(request), timezone.now()
        body = read_body(request, conversation_id)
        answer = where_found(experts, lambda expert: action(expert, body, now))
        return JsonResponse(answer | ({"inbox": whole_inbox(experts, now)} if has_inbox else {}))

    return view


@json_door("POST")
def ticket(request: HttpRequest) -> HttpResponse:
    """What the console shows at its socket."""
    engaged(request)
    return JsonResponse({"ticket": make_ticket(user=request.user, session=request.session)})


@json_door("GET")
def inbox(request: HttpRequest) -> HttpResponse:
    """The inbox of all stores. Who polls it is as present as who has a socket."""
    experts, now = engaged(request), timezone.now()
    connection_id = session_connection(request.session)
    in_each_store(experts, lambda expert: renew_lease(expert=expert, connection_id=connection_id, now=now))
    return JsonResponse({"inbox": whole_inbox(experts, now)})


@json_door("POST")
def availability(request: HttpRequest) -> HttpResponse:
    """Whether she takes conversations now, in all of her stores."""
    experts, now = engaged(request), timezone.now()
    body = read_body(request)
    in_each_store(experts, partial(actions.availability, body=body, now=now))
    return JsonResponse({"inbox": whole_inbox(experts, now)})


def engaged(request: HttpRequest) -> list[Expert]:
    """The engagements of who is signed in, unless she asks too often; raises as `active_experts` does, and TooMany."""
    experts = active_experts(request.user)
    if request.method == "POST":
        limit_requests(f"user.{request.user.pk}")
    return experts

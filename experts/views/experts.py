"""The store's experts: who they are, what they own, and whether they take conversations."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from experts.services import experts as service
from experts.services.invitations import invitations_to_show
from experts.services.owned import owned_products
from stores.access import PERMISSIONS, StoreRequest, store_door
from stores.clock import in_store_time
from stores.errors import BadInput, Conflict

PAGE = 50


@store_door("see")
@require_safe
@in_store_time
def experts(request: StoreRequest) -> HttpResponse:
    """Everybody who advises for the store, and everybody who was asked to."""
    now = timezone.now()
    context = {
        "page": Paginator(service.list_experts(store=request.store), PAGE).get_page(request.GET.get("page")),
        "invitations": invitations_to_show(store=request.store, now=now),
        "now": now,
        "may_act": request.role in PERMISSIONS["act"],
    }
    return render(request, "experts/experts.html", context)


@store_door("see")
@require_safe
@in_store_time
def expert(request: StoreRequest, expert_id: uuid.UUID) -> HttpResponse:
    """One expert."""
    return show(request, expert_id)


@store_door("act")
@require_POST
@in_store_time
def pause(request: StoreRequest, expert_id: uuid.UUID) -> HttpResponse:
    """Take her out of the offers, with a reason that she reads."""
    found = service.access_expert(store=request.store, expert_id=expert_id)
    reason = request.POST.get("reason", "")
    try:
        service.pause_expert(expert=found, user=request.user, reason=reason, now=timezone.now())
    except BadInput as refusal:
        return show(request, expert_id, reason_error=refusal.message, status=refusal.status)
    except Conflict as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{found} is paused, and reads your reason in the console.")
    return redirect("store_expert", slug=request.store.slug, expert_id=expert_id)


@store_door("act")
@require_POST
def resume(request: StoreRequest, expert_id: uuid.UUID) -> HttpResponse:
    """Let her take conversations again."""
    found = service.access_expert(store=request.store, expert_id=expert_id)
    try:
        service.resume_expert(expert=found, user=request.user, now=timezone.now())
        messages.success(request, f"{found} may take conversations again, and decides when to.")
    except Conflict as refusal:
        messages.error(request, refusal.message)
    return redirect("store_expert", slug=request.store.slug, expert_id=expert_id)


def show(request: StoreRequest, expert_id: uuid.UUID, reason_error: str = "", status: int = 200) -> HttpResponse:
    """The expert's page, with what was wrong about a pause."""
    found = service.access_expert(store=request.store, expert_id=expert_id)
    context = {
        "expert": found,
        "owned": owned_products(expert=found),
        "acceptances": found.acceptances.select_related("terms").order_by("-accepted_at"),
        "pause_reason": service.pause_reason(expert=found) if found.state == "paused" else "",
        "reason_error": reason_error,
        "longest_reason": service.LONGEST_REASON,
        "today": timezone.localdate(),
        "may_act": request.role in PERMISSIONS["act"],
        "may_see_money": request.role in PERMISSIONS["money"],
    }
    return render(request, "experts/expert.html", context, status=status)

"""The expert's inbox page. Everything on it after the first moment comes through the client module."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from chat.engagements import whole_inbox
from experts.models import ExpertState
from experts.services.experts import experts_of
from stores.errors import NotFound


@require_safe
@login_required
def inbox(request: HttpRequest) -> HttpResponse:
    """Of all stores that engage her: a scope is one store's, so this page has no door of a single one."""
    if not (engagements := experts_of(request.user)):  # type: ignore[arg-type]
        raise NotFound()
    active = [expert for expert in engagements if expert.state == ExpertState.ACTIVE]
    paused = [expert.store.name for expert in engagements if expert.state == ExpertState.PAUSED]
    context = {"inbox": whole_inbox(active, timezone.now()), "is_active": bool(active), "paused": paused}
    return render(request, "console/inbox.html", context)

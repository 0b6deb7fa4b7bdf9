"""The candidates' page: whom we suggest and why, who is invited, set apart or left out."""

import uuid
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from experts.candidate_words import country_name, numbers_behind
from experts.services import candidates as service
from stores.access import PERMISSIONS, StoreRequest, store_door
from stores.clock import in_store_time
from stores.models import Customer

PAGE = 25
TABS = {"suggested": "Suggested", "invited": "Invited", "apart": "Set apart", "excluded": "Left out"}


@require_safe
@store_door("see")
@in_store_time
def show(request: StoreRequest) -> HttpResponse:
    place = _place(request.GET.get("tab"))
    counts = service.count_candidates(store=request.store)
    found = service.candidates_in(store=request.store, place=place)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    invitations = service.newest_invitations(store=request.store, candidates=shown)
    context = {
        "place": place,
        "tabs": [(name, label, getattr(counts, name)) for name, label in TABS.items()],
        "counts": counts,
        "page": page,
        "people": [
            {
                "candidate": one,
                "country": country_name(one.customer.country),
                "numbers": numbers_behind(one, request.store.currency),
                "invitation": invitations.get(one.customer_id),
            }
            for one in shown
        ],
        "ranked_at": service.ranked_at(store=request.store),
        "has_customers": counts.total or Customer.objects.filter(store=request.store).exists(),
        "may_act": request.role in PERMISSIONS["act"],
    }
    return render(request, "experts/candidates.html", context)


@require_POST
@store_door("act")
def exclude(request: StoreRequest, candidate_id: uuid.UUID) -> HttpResponse:
    candidate = service.access_candidate(store=request.store, candidate_id=candidate_id)
    service.exclude_candidate(candidate=candidate, user=request.user, now=timezone.now())
    undo = _address("store_candidate_include", request, candidate_id)
    messages.success(request, f"{candidate.customer} is left out of the suggestions.", extra_tags=undo)
    return _back(request)


@require_POST
@store_door("act")
def include(request: StoreRequest, candidate_id: uuid.UUID) -> HttpResponse:
    candidate = service.access_candidate(store=request.store, candidate_id=candidate_id)
    service.include_candidate(candidate=candidate, user=request.user, now=timezone.now())
    undo = _address("store_candidate_exclude", request, candidate_id)
    messages.success(request, f"{candidate.customer} is no longer left out.", extra_tags=undo)
    return _back(request)


@require_POST
@store_door("act")
def rank(request: StoreRequest) -> HttpResponse:
    service.ask_for_ranking(store=request.store, user=request.user, now=timezone.now())
    messages.success(request, "Your customers are being ranked anew. Reload this page in a few seconds.")
    return _back(request)


def _place(tab: str | None) -> str:
    return tab if tab in TABS else "suggested"


def _address(name: str, request: StoreRequest, candidate_id: uuid.UUID) -> str:
    return reverse(name, kwargs={"slug": request.store.slug, "candidate_id": candidate_id})


def _back(request: StoreRequest) -> HttpResponse:
    """To the tab and page on which the button stood."""
    where = {"tab": _place(request.POST.get("tab")), "page": request.POST.get("page", "1")}
    return redirect(f"{reverse('store_candidates', kwargs={'slug': request.store.slug})}?{urlencode(where)}")

"""The expert's own page: what shoppers see of her, what she agreed to, and the way out."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from experts.access import ExpertRequest, expert_door
from experts.forms import OwnProfileForm
from experts.models import ExpertState
from experts.services import experts as service
from experts.services.owned import owned_products
from experts.services.terms import terms_ahead
from experts.services.wording import clauses
from stores.clock import in_store_time
from stores.errors import Conflict


@expert_door
@require_http_methods(["GET", "HEAD", "POST"])
@in_store_time
def profile(request: ExpertRequest) -> HttpResponse:
    """Change what shoppers see."""
    if request.method != "POST":
        return show(request, OwnProfileForm.of(request.expert))
    form = OwnProfileForm(request.POST)
    if not form.is_valid():
        return show(request, form)
    entered = form.profile(max_conversations=form.cleaned_data["max_conversations"])
    service.change_profile(expert=request.expert, profile=entered, now=timezone.now())
    messages.success(request, "Saved. Shoppers see it from now on.")
    return redirect(address_of(request))


@expert_door
@require_POST
def leave(request: ExpertRequest) -> HttpResponse:
    """End her engagement with this store."""
    try:
        service.leave(expert=request.expert, now=timezone.now())
    except Conflict as refusal:
        messages.error(request, refusal.message)
        return redirect(address_of(request))
    words = f"You have left {request.store}. What you have earned stays yours, and is paid when it clears. Thank you!"
    messages.success(request, words)
    return redirect("home_after_sign_in")


def address_of(request: ExpertRequest) -> str:
    """This page for this very store: two tabs of two stores must not change each other."""
    return f"{reverse('console_profile')}?store={request.store.slug}"


def show(request: ExpertRequest, form: OwnProfileForm) -> HttpResponse:
    """The page around the form."""
    expert = request.expert
    is_paused = expert.state == ExpertState.PAUSED
    context = {
        "form": form,
        "here": address_of(request),
        "leave_url": f"{reverse('console_leave')}?store={request.store.slug}",
        "owned": owned_products(expert=expert),
        "acceptances": expert.acceptances.select_related("terms").order_by("-accepted_at"),
        "new_terms": [(terms, clauses(terms)) for terms in terms_ahead(expert=expert)],
        "is_paused": is_paused,
        "now": timezone.now(),
        "pause_reason": service.pause_reason(expert=expert) if is_paused else "",
    }
    return render(request, "experts/profile.html", context)

"""The terms that the store's experts work under: in force, before, and next."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from experts.forms import TermsForm
from experts.services.terms import publish_terms, terms_in_force, versions
from experts.services.wording import clauses
from stores.access import PERMISSIONS, StoreRequest, store_door
from stores.clock import in_store_time
from stores.errors import NotFound, Refusal


@store_door("see")
@require_safe
@in_store_time
def terms(request: StoreRequest) -> HttpResponse:
    """What is agreed, in words, and every version there was."""
    return show(request, form_for(request))


@store_door("money")
@require_POST
@in_store_time
def publish(request: StoreRequest) -> HttpResponse:
    """Put new terms in force from a day on."""
    form = form_for(request)
    if not form.is_valid():
        return show(request, form)
    try:
        made = publish_terms(
            store=request.store,
            user=request.user,
            now=form.now,
            effective_from=form.effective_from(),
            **form.rates(),
        )
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return show(request, form)
    messages.success(request, f"Version {made.version} is published. Your experts read it in their console.")
    return redirect("store_terms", slug=request.store.slug)


def form_for(request: StoreRequest) -> TermsForm:
    """The form, filled with what was posted, else with the newest version."""
    newest = next(iter(versions(store=request.store)), None)
    posted = request.POST if request.method == "POST" else None
    return TermsForm(posted, newest=newest, currency=request.store.currency, now=timezone.now())


def show(request: StoreRequest, form: TermsForm) -> HttpResponse:
    """The page around the form."""
    try:
        in_force = terms_in_force(store=request.store, at=form.now)
    except NotFound:
        in_force = None
    context = {
        "in_force": in_force,
        "clauses": clauses(in_force) if in_force else [],
        "versions": versions(store=request.store),
        "form": form,
        "now": form.now,
        "may_publish": request.role in PERMISSIONS["money"],
    }
    return render(request, "experts/terms.html", context)

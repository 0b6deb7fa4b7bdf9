"""Inviting, seen from the dashboard, and the page that the letter's link opens."""

import uuid
from collections.abc import Callable
from functools import wraps
from zoneinfo import ZoneInfo

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from experts.access import SESSION_KEY
from experts.forms import AcceptForm
from experts.models import Expert, Invitation, InvitationState
from experts.services import acceptance
from experts.services import invitations as service
from experts.services.acceptance import Consent, find_invitation, is_addressed_to
from experts.services.candidates import access_candidate
from experts.services.letters import first_name
from experts.services.terms import terms_in_force
from experts.services.wording import clauses, terms_digest
from stores.access import StoreRequest, access_store, store_door
from stores.errors import Conflict, Expired, NotAllowed, Refusal
from stores.models import Store
from stores.scope import store_scope

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@store_door("act")
@require_POST
def invite_candidate(request: StoreRequest, candidate_id: uuid.UUID) -> HttpResponse:
    """Invite a candidate by e-mail."""
    customer = access_candidate(store=request.store, candidate_id=candidate_id).customer
    try:
        service.invite(store=request.store, customer=customer, user=request.user, now=timezone.now())
        messages.success(request, f"The invitation to {customer} is on its way. It holds for three days.")
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect("store_candidates", slug=request.store.slug)


@store_door("act")
@require_POST
def withdraw(request: StoreRequest, invitation_id: uuid.UUID) -> HttpResponse:
    """Take an invitation back."""
    found = service.access_invitation(store=request.store, invitation_id=invitation_id)
    try:
        service.withdraw(invitation=found, user=request.user, now=timezone.now())
        messages.success(request, "The invitation is withdrawn. Its link leads nowhere now.")
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect("store_experts", slug=request.store.slug)


@store_door("act")
@require_POST
def send_again(request: StoreRequest, invitation_id: uuid.UUID) -> HttpResponse:
    """Send an invitation once more, with a new link."""
    found = service.access_invitation(store=request.store, invitation_id=invitation_id)
    try:
        service.send_again(invitation=found, user=request.user, now=timezone.now())
        messages.success(request, "The invitation is on its way again. The link in the older letter is dead.")
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect("store_experts", slug=request.store.slug)


def secret_address(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Keep an address that holds a secret out of caches, search engines and Referer headers."""

    @wraps(view)
    def inner(request: HttpRequest, **kwargs: str) -> HttpResponse:
        response = view(request, **kwargs)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex, nofollow"
        # Not "no-referrer": with it browsers send `Origin: null` with the form, which the CSRF check must refuse.
        response["Referrer-Policy"] = "strict-origin"
        return response

    return inner


@require_http_methods(["GET", "HEAD", "POST"])
@secret_address
def invitation(request: HttpRequest, public_key: str, token: str) -> HttpResponse:
    """The page that the letter's link opens, without a sign-in: read, decide, begin."""
    store = access_store(public_key=public_key)
    with store_scope(store.id), timezone.override(ZoneInfo(store.timezone)):
        found = find_invitation(store=store, token=token)
        if not found.is_open(timezone.now()):
            return ended(request, found)
        if request.user.is_authenticated and not is_addressed_to(invitation=found, user=request.user):
            return for_somebody_else(request, found)
        if request.method == "POST":
            return begin(request, store, found, token)
        return ask(request, found, AcceptForm(initial={"display_name": first_name(found), "languages": ["en"]}))


def begin(request: HttpRequest, store: Store, found: Invitation, token: str) -> HttpResponse:
    """Take what was entered: an expert, or the form again with what is missing."""
    form = AcceptForm(request.POST)
    if not form.is_valid():
        return ask(request, found, form)
    try:
        expert = acceptance.accept(
            store=store,
            token=token,
            visitor=request.user,
            profile=form.profile(),
            consent=consent_in(request, form),
            now=timezone.now(),
        )
    except Expired:
        return ended(request, find_invitation(store=store, token=token))
    except (Conflict, NotAllowed) as refusal:
        form.add_error(None, refusal.message)
        return ask(request, found, form)
    return welcome(request, expert)


def consent_in(request: HttpRequest, form: AcceptForm) -> Consent:
    """What was ticked; the form is valid."""
    given = {name: form.cleaned_data[name] for name in ("is_adult", "accepts_terms", "discloses_commission")}
    return Consent(**given, terms_digest=request.POST.get("terms", ""))


def welcome(request: HttpRequest, expert: Expert) -> HttpResponse:
    """To her console, signed in: the link has shown whose mailbox it is, as an e-mailed code does."""
    request.session[SESSION_KEY] = expert.store.slug
    messages.success(request, f"Welcome! You are an expert of {expert.store} now. Switch yourself on when you like.")
    if request.user.is_authenticated:
        return redirect("console_inbox")
    # A mailbox alone does not open an account that its owner has put behind a second step.
    if is_mfa_enabled(expert.user):
        return redirect_to_login(reverse("console_inbox"))
    login(request, expert.user, backend=BACKEND)
    return redirect("console_inbox")


def ask(request: HttpRequest, found: Invitation, form: AcceptForm) -> HttpResponse:
    """The invitation with its form. The terms are those in force now, which are what she will work under."""
    terms = terms_in_force(store=found.store, at=timezone.now())
    context = {
        "invitation": found,
        "store": found.store,
        "form": form,
        "terms": terms,
        "is_changed": terms != found.terms,
        "clauses": clauses(terms),
        "terms_digest": terms_digest(terms),
    }
    return render(request, "experts/invitation.html", context)


def ended(request: HttpRequest, found: Invitation) -> HttpResponse:
    """Why the link no longer works, and what to do."""
    context = {"store": found.store, "is_used": found.state == InvitationState.ACCEPTED}
    return render(request, "experts/invitation_ended.html", context, status=Expired.status)


def for_somebody_else(request: HttpRequest, found: Invitation) -> HttpResponse:
    """Who is signed in here, and a way out. Nothing is accepted in another person's name."""
    status = NotAllowed.status if request.method == "POST" else 200
    return render(request, "experts/invitation_other.html", {"store": found.store}, status=status)

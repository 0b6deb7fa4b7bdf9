"""The store's settings: the snippet, where it may stand, the way in for orders, keys, people."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from stores.access import StoreRequest, store_door
from stores.errors import BadInput
from stores.services import settings as service


@require_safe
@store_door("act")
def show(request: StoreRequest) -> HttpResponse:
    return render(request, "stores/settings.html", _context(request))


@require_POST
@store_door("act")
def change_origins(request: StoreRequest) -> HttpResponse:
    lines = request.POST.get("origins", "")
    try:
        service.allow_origins(store=request.store, user=request.user, lines=lines, now=timezone.now())
    except BadInput as refusal:
        context = _context(request) | {"origins": lines, "origins_error": refusal.message}
        return render(request, "stores/settings.html", context, status=refusal.status)
    messages.success(request, "The sites are saved. The widget shows itself on them from now on.")
    return redirect("store_settings", slug=request.store.slug)


@require_POST
@store_door("money")
def change_webhook_secret(request: StoreRequest) -> HttpResponse:
    secret = request.POST.get("secret", "")
    try:
        service.replace_webhook_secret(store=request.store, user=request.user, secret=secret, now=timezone.now())
    except BadInput as refusal:
        context = _context(request) | {"secret_error": refusal.message}
        return render(request, "stores/settings.html", context, status=refusal.status)
    messages.success(request, "The new secret is in use; the one before it still counts while your shop switches over.")
    return redirect("store_settings", slug=request.store.slug)


@require_POST
@store_door("money")
def create_key(request: StoreRequest) -> HttpResponse:
    name = request.POST.get("name", "")
    try:
        key = service.create_api_key(store=request.store, user=request.user, name=name, now=timezone.now())
    except BadInput as refusal:
        context = _context(request) | {"key_error": refusal.message}
        return render(request, "stores/settings.html", context, status=refusal.status)
    # Answered in place: a redirect would have to carry the key somewhere.
    return render(request, "stores/settings.html", _context(request) | {"new_key": key})


@require_POST
@store_door("money")
def revoke_key(request: StoreRequest, key_id: uuid.UUID) -> HttpResponse:
    service.revoke_api_key(store=request.store, user=request.user, key_id=str(key_id), now=timezone.now())
    messages.success(request, "The key has ended. Nothing can use it any more.")
    return redirect("store_settings", slug=request.store.slug)


def _context(request: StoreRequest) -> dict[str, object]:
    store = request.store
    webhook = reverse("webhook", kwargs={"platform": store.platform, "public_key": store.public_key})
    return {
        "snippet": f'<script async src="{settings.WIDGET_ORIGIN}/w/{store.public_key}.js"></script>',
        "webhook_url": f"{settings.SITE_URL}{webhook}",
        "origins": "\n".join(store.allowed_origins),
        "keys": store.api_keys.filter(revoked_at=None).order_by("-created_at"),
        "members": store.memberships.select_related("user").order_by("created_at"),
        "is_owner": request.role == "owner",
    }

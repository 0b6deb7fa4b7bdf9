"""Pages that belong to no floor: the front door, where to go after signing in, and the demo's one-click sign-in."""

from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from config.cast import find_cast_member, list_cast
from experts.services.experts import experts_of
from stores.access import stores_of
from stores.models import User


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The product page."""
    return render(request, "home.html")


@login_required
@require_safe
def home_after_sign_in(request: HttpRequest) -> HttpResponse:
    """Where a person works: straight in if there is one place, a choice if there are more, a kind word if none."""
    places = places_of(request.user)  # type: ignore[arg-type]
    if len(places) == 1:
        return redirect(places[0]["url"])
    return render(request, "welcome.html", {"places": places})


def places_of(user: User) -> list[dict[str, str]]:
    """The dashboards and the console that a user may enter, as name, hint and address."""
    places = [
        {"name": store.name, "hint": "Dashboard", "url": reverse("store_overview", args=[store.slug])}
        for store in stores_of(user)
    ]
    if stores := [expert.store.name for expert in experts_of(user)]:
        places.append({"name": "Console", "hint": f"Expert for {', '.join(stores)}", "url": reverse("console_inbox")})
    return places


@require_http_methods(["GET", "POST"])
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Enter as one of the sample stores' people. Mounted in the demo only, and blind to everybody else."""
    if request.method == "POST":
        user = find_cast_member(request.POST.get("email", ""))
        login(request, user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return redirect("home_after_sign_in")
    return render(request, "demo_sign_in.html", {"cast": list_cast()})

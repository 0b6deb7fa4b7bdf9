"""The door of the console: a signed-in person, in the scope of one store that engages her."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from experts.models import Expert
from experts.services.experts import experts_of
from stores.access import rendered
from stores.errors import NotFound
from stores.models import Store, User
from stores.scope import store_scope

SESSION_KEY = "console_store"


class ExpertRequest(HttpRequest):
    """A request that came through `expert_door`.

    `experts` are her engagements in all stores, as (store, expert), for a switcher.
    """

    store: Store
    expert: Expert
    experts: list[tuple[Store, Expert]]
    user: User


def expert_door(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let experts in, to the store that `?store=<slug>` names, else the one looked at last, else the first.

    The view runs in that store's scope. Who is no expert gets the same 404 as for a page that does not exist, and
    so does a store that does not engage her.
    """

    @wraps(view)
    def inner(request: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        request.experts = [(expert.store, expert) for expert in experts_of(request.user)]
        request.store, request.expert = choose_engagement(request)
        with store_scope(request.store.id):
            return rendered(view(request, **kwargs))

    return inner


def choose_engagement(request: Any) -> tuple[Store, Expert]:
    """The store and expert that a request means, remembered in the session. Raises NotFound."""
    by_slug = {store.slug: (store, expert) for store, expert in request.experts}
    if not by_slug:
        raise NotFound()
    if asked := request.GET.get("store"):
        if asked not in by_slug:
            raise NotFound()
        request.session[SESSION_KEY] = asked
        return by_slug[asked]
    return by_slug.get(request.session.get(SESSION_KEY), request.experts[0])

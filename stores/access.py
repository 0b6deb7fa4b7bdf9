"""Who may pass which door of a store: one function per kind of object, one answer for hidden and missing."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Literal

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from stores.errors import NotAllowed, NotFound
from stores.models import Store, StoreMembership, User
from stores.models.people import Role
from stores.scope import person_scope, store_scope

Permission = Literal["see", "act", "money"]

# Analysts see, managers act, owners also change money.
PERMISSIONS: dict[Permission, frozenset[str]] = {
    "see": frozenset({Role.OWNER, Role.MANAGER, Role.ANALYST}),
    "act": frozenset({Role.OWNER, Role.MANAGER}),
    "money": frozenset({Role.OWNER}),
}


class StoreRequest(HttpRequest):
    """A request that came through `store_door`: its store, the member's role, and a signed-in user."""

    store: Store
    role: str
    user: User


def store_door(permission: Permission) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Let members of the store named by the URL's `slug` in, if their role has `permission`.

    The view runs in the store's scope, which is its transaction; it takes `request.store` and `request.role`.
    Strangers, and members of other stores, get the same 404 as for a store that does not exist; a member whose
    role lacks the permission gets 403.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def inner(request: Any, slug: str, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            request.store = access_store(slug=slug)
            with store_scope(request.store.id):
                request.role = access_role(store=request.store, user=request.user)
                if request.role not in PERMISSIONS[permission]:
                    raise NotAllowed()
                return rendered(view(request, **kwargs))

        inner.permission = permission  # type: ignore[attr-defined]
        return inner

    return decorate


def rendered(response: HttpResponse) -> HttpResponse:
    """The response with its template rendered now, while the scope is open."""
    render = getattr(response, "render", None)
    return render() if render else response


def access_store(**key: str) -> Store:
    """The store with a slug or public key; raises NotFound."""
    try:
        return Store.objects.get(**key)
    except Store.DoesNotExist:
        raise NotFound() from None


def access_role(*, store: Store, user: User) -> str:
    """The user's role in the store; raises NotFound for those who are no members."""
    try:
        return store.memberships.get(user=user).role
    except StoreMembership.DoesNotExist:
        raise NotFound() from None


def stores_of(user: User) -> list[Store]:
    """The stores that a user works for, by name."""
    with person_scope(user.id):
        memberships = StoreMembership.objects.filter(user=user).select_related("store").order_by("store__name")
        return [membership.store for membership in memberships]

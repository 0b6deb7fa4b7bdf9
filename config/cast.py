"""The people of the sample stores, for the demo's one-click sign-in."""

from dataclasses import dataclass

from experts.models import Expert
from stores.errors import NotFound
from stores.models import Store, StoreMembership, User
from stores.scope import store_scope


@dataclass(frozen=True)
class CastMember:
    """Somebody whom a visitor of the demo may be."""

    user: User
    store: Store
    part: str
    face: str = ""


def list_cast() -> list[CastMember]:
    """Members and experts of the stores that were made as samples, store by store."""
    cast: list[CastMember] = []
    for store in Store.objects.filter(is_sample=True).order_by("created_at"):
        with store_scope(store.id):
            for membership in StoreMembership.objects.select_related("user").order_by("created_at"):
                cast.append(CastMember(membership.user, store, membership.get_role_display()))
            for expert in Expert.objects.active().select_related("user").order_by("engaged_at", "id")[:3]:
                cast.append(CastMember(expert.user, store, "Expert", expert.face))
    return cast


def find_cast_member(email: str) -> User:
    """The sample person with an e-mail address; raises NotFound for anybody else."""
    for member in list_cast():
        if member.user.email == email:
            return member.user
    raise NotFound()

"""Presence: a lease that a live console renews, and that ends by itself."""

import datetime as dt
import uuid

from chat.models import PresenceLease
from experts.models import Expert
from stores.errors import NotAuthentic

LEASE_SECONDS = 70
# An ended lease is kept for longer than a ticket lives, because it also remembers that the ticket was used.
KEPT_SECONDS = 600


def open_lease(*, expert: Expert, connection_id: uuid.UUID, now: dt.datetime) -> None:
    """The first lease of a connection. Raises NotAuthentic if there was one of the same id: its ticket was used."""
    expert.presence_leases.filter(expires_at__lt=now - dt.timedelta(seconds=KEPT_SECONDS)).delete()
    _, is_new = PresenceLease.objects.get_or_create(
        store_id=expert.store_id,
        expert=expert,
        connection_id=connection_id,
        defaults={"expires_at": now + dt.timedelta(seconds=LEASE_SECONDS)},
    )
    if not is_new:
        raise NotAuthentic()


def renew_lease(*, expert: Expert, connection_id: uuid.UUID, now: dt.datetime) -> None:
    """The expert is there for another 70 s."""
    PresenceLease.objects.update_or_create(
        store_id=expert.store_id,
        expert=expert,
        connection_id=connection_id,
        defaults={"expires_at": now + dt.timedelta(seconds=LEASE_SECONDS)},
    )


def is_present(*, expert: Expert, now: dt.datetime) -> bool:
    """Whether a console of hers is live."""
    return expert.presence_leases.filter(expires_at__gt=now).exists()

"""The record of who did what."""

import datetime as dt
from typing import Any

from django.db import models

from stores.models import AuditEvent, Store, User


def record_audit(
    *,
    store: Store,
    user: User | None,
    verb: str,
    about: models.Model,
    at: dt.datetime,
    data: dict[str, Any] | None = None,
) -> AuditEvent:
    """Write down that `user` (None: the system) did `verb`, such as "invitation.sent", to an object."""
    return AuditEvent.objects.create(
        store=store,
        user=user,
        verb=verb,
        object_kind=about._meta.model_name or "",
        object_id=str(about.pk),
        at=at,
        data=data or {},
    )

"""Touchpoints: told by the floor above, as they happen."""

import datetime as dt
import uuid

from attribution.models import Touchpoint, TouchpointKind
from experts.models import Expert
from stores.models import Store, Visitor


def record_touchpoint(
    *,
    store: Store,
    visitor: Visitor,
    expert: Expert,
    conversation_id: uuid.UUID,
    seq: int,
    skus: list[str],
    is_two_sided: bool,
    occurred_at: dt.datetime,
) -> Touchpoint:
    """Write down that an expert's substantive reply reached a visitor; the same reply again is the first one.

    Caller is in the store's scope, in the transaction that writes the reply.
    """
    touchpoint, _ = Touchpoint.objects.get_or_create(
        store=store,
        conversation_id=conversation_id,
        seq=seq,
        kind=TouchpointKind.REPLY,
        defaults={
            "visitor": visitor,
            "expert": expert,
            "skus": sorted({sku for sku in skus if sku}),
            "is_two_sided": is_two_sided,
            "occurred_at": occurred_at,
        },
    )
    return touchpoint

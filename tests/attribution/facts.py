"""What tests of attribution look at, and the conversations that they start from."""

import datetime as dt
import uuid
from typing import Any

from attribution.markers import make_marker
from attribution.models import Attribution, Touchpoint
from attribution.services import record_touchpoint
from payouts.models import Commission, LedgerLeg
from stores.models import Delivery, Order, Store
from stores.scope import store_scope
from tests.cast import Cast


def reply(
    cast: Cast,
    *,
    at: dt.datetime,
    skus: tuple[str, ...] = (),
    expert: Any = None,
    visitor: Any = None,
    conversation_id: uuid.UUID | None = None,
    seq: int = 2,
    is_two_sided: bool = True,
) -> Touchpoint:
    """A substantive reply, by Erik to the cast's visitor unless said otherwise."""
    with store_scope(cast.store_a.pk):
        return record_touchpoint(
            store=cast.store_a,
            visitor=visitor or cast.visitor,
            expert=expert or cast.erik,
            conversation_id=conversation_id or uuid.uuid4(),
            seq=seq,
            skus=list(skus),
            is_two_sided=is_two_sided,
            occurred_at=at,
        )


def marker_of(cast: Cast, touch: Touchpoint, *, at: dt.datetime | None = None) -> str:
    """The marker that the shopper's cart carries after a conversation."""
    return make_marker(
        store_id=cast.store_a.pk,
        visitor_id=touch.visitor_id,
        conversation_id=touch.conversation_id,
        now=at or touch.occurred_at,
    )


def deliveries(store: Store) -> list[tuple[str, str]]:
    """(state, reason) of every delivery, the first received first."""
    with store_scope(store.pk):
        return list(Delivery.objects.order_by("received_at", "id").values_list("state", "reason"))


def orders(store: Store) -> list[Order]:
    with store_scope(store.pk):
        return list(Order.objects.order_by("placed_at"))


def attribution(store: Store) -> Attribution:
    """The only decision of a store."""
    with store_scope(store.pk):
        return Attribution.objects.select_related("expert").get()


def commissions(store: Store) -> list[tuple[str, int, int, int]]:
    """(kind, commissionable, amount, fee) of every commission row, as they were written."""
    with store_scope(store.pk):
        rows = Commission.objects.order_by("order_line__position", "revision")
        return list(rows.values_list("kind", "commissionable_minor", "amount_minor", "fee_minor"))


def balances(store: Store) -> dict[str, int]:
    """Whose money, by the account's kind; accounts that net to nothing are left out."""
    sums: dict[str, int] = {}
    with store_scope(store.pk):
        for leg in LedgerLeg.objects.select_related("account"):
            sums[leg.account.kind] = sums.get(leg.account.kind, 0) + leg.amount_minor
    return {kind: total for kind, total in sums.items() if total}

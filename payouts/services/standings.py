"""What each expert could be paid now, from sums of legs."""

import datetime as dt
import uuid
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Sum

from experts.models import Expert
from experts.services.terms import terms_in_force
from payouts.models import AccountKind, PayoutMethod
from payouts.services.ledger import Held, available, held, payable_account
from payouts.services.methods import method_of, methods_of
from payouts.standing import Standing
from stores.models import Store


@dataclass(frozen=True)
class Payee:
    """An expert with money on her account, and where it would go."""

    expert: Expert
    standing: Standing
    method: PayoutMethod | None


def standing_of(*, expert: Expert, now: dt.datetime) -> Standing:
    """Where one expert stands; in the store's scope."""
    account = payable_account(store=expert.store, expert_id=expert.pk)
    return make_standing(
        store=expert.store,
        minimum_minor=terms_in_force(store=expert.store, at=now).minimum_payout_minor,
        available_minor=available(account, now) if account else 0,
        later=held(account, now) if account else [],
        method=method_of(expert),
    )


def payees_of(*, store: Store, now: dt.datetime) -> list[Payee]:
    """Every expert whom the ledger owes something, or who owes it, by name; in the store's scope.

    Who pays calls it after `lock_payables`, since a sum read before the lock may be paid out by another by then.
    """
    legs = store.ledger_legs.filter(account__kind=AccountKind.EXPERT_PAYABLE, currency=store.currency)
    cleared = legs.filter(available_at__lte=now).values("account__expert_id").annotate(sum=Sum("amount_minor"))
    payable = {row["account__expert_id"]: -row["sum"] for row in cleared if row["sum"]}
    later: dict[uuid.UUID, list[Held]] = defaultdict(list)
    held_legs = legs.filter(available_at__gt=now).values("account__expert_id", "available_at")
    for row in held_legs.annotate(sum=Sum("amount_minor")).exclude(sum=0).order_by("available_at"):
        later[row["account__expert_id"]].append(Held(row["available_at"], -row["sum"]))
    minimum_minor = terms_in_force(store=store, at=now).minimum_payout_minor
    methods = methods_of(store)
    return [
        Payee(
            expert=expert,
            standing=make_standing(
                store=store,
                minimum_minor=minimum_minor,
                available_minor=payable.get(expert.pk, 0),
                later=later[expert.pk],
                method=methods.get(expert.pk),
            ),
            method=methods.get(expert.pk),
        )
        for expert in store.experts.filter(pk__in={*payable, *later}).order_by("display_name", "id")
    ]


def make_standing(
    *, store: Store, minimum_minor: int, available_minor: int, later: list[Held], method: PayoutMethod | None
) -> Standing:
    return Standing(
        available_minor=available_minor,
        held_minor=sum(part.amount_minor for part in later),
        clears_at=later[0].available_at if later else None,
        minimum_minor=minimum_minor,
        currency=store.currency,
        has_method=method is not None,
    )

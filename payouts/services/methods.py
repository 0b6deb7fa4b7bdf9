"""Bank accounts: where an expert wants her money, and from where the store pays. The newest row counts."""

import datetime as dt
import uuid

from experts.models import Expert
from payouts.models import BankAccount, BankDetails, PayoutMethod, Rail
from payouts.rails.bank_file.account import clean_bic, clean_holder, clean_iban
from stores.models import Store, User
from stores.services.audit import record_audit


def set_payout_method(
    *, expert: Expert, user: User, holder: str, iban: str, bic: str, now: dt.datetime
) -> PayoutMethod:
    """Send the expert's money to this account from now on; payouts decided before keep theirs. Raises BadInput."""
    given = {"holder": clean_holder(holder), "iban": clean_iban(iban), "bic": clean_bic(bic)}
    before = method_of(expert)
    if before and is_same(before, given):
        return before
    method = PayoutMethod.objects.create(
        store=expert.store, expert=expert, rail=Rail.BANK_FILE, created_at=now, **given
    )
    record_change(store=expert.store, user=user, verb="payout_method.changed", before=before, after=method, now=now)
    return method


def set_bank_details(*, store: Store, user: User, holder: str, iban: str, bic: str, now: dt.datetime) -> BankDetails:
    """Pay from this account from the next run on. Raises BadInput."""
    given = {"holder": clean_holder(holder), "iban": clean_iban(iban), "bic": clean_bic(bic)}
    before = bank_details_of(store)
    if before and is_same(before, given):
        return before
    details = BankDetails.objects.create(store=store, created_at=now, **given)
    record_change(store=store, user=user, verb="bank_details.changed", before=before, after=details, now=now)
    return details


def method_of(expert: Expert) -> PayoutMethod | None:
    """Where the expert wants her money; None until she has said."""
    return PayoutMethod.objects.filter(store=expert.store_id, expert=expert).order_by("-created_at", "-id").first()


def methods_of(store: Store) -> dict[uuid.UUID, PayoutMethod]:
    """The method of every expert who has one, by the expert's id."""
    newest = store.payout_methods.order_by("expert_id", "-created_at", "-id").distinct("expert_id")
    return {method.expert_id: method for method in newest}


def bank_details_of(store: Store) -> BankDetails | None:
    """The account the store pays from; None until its owner has said."""
    return store.bank_details.order_by("-created_at", "-id").first()


def is_same(account: BankAccount, given: dict[str, str]) -> bool:
    return all(getattr(account, name) == value for name, value in given.items())


def record_change(
    *, store: Store, user: User, verb: str, before: BankAccount | None, after: BankAccount, now: dt.datetime
) -> None:
    """The audit says that an account changed and shows no more of either than a page would."""
    data = {"before": before.masked_iban() if before else "", "after": after.masked_iban()}
    record_audit(store=store, user=user, verb=verb, about=after, at=now, data=data)

"""The ledger: one transaction per business event, its legs summing to zero. Debit is positive (docs/money.md).

Everybody here works in the store's scope. The database keeps the books too: it refuses what is unbalanced, and any
change to what is written.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from payouts.models import AccountKind, Commission, LedgerAccount, LedgerLeg, LedgerTransaction, Payout
from stores.models import Store

BATCH = 1_000
# What names an account: its kind, its expert where it has one, its currency.
AccountKey = tuple[AccountKind, uuid.UUID | None, str]


class NotBalanced(ValueError):
    """Legs that do not sum to zero in one currency: a mistake in the code that made them."""


@dataclass(frozen=True, kw_only=True)
class Leg:
    """One signed amount on the account of a kind and, for EXPERT_PAYABLE, of an expert."""

    kind: AccountKind
    amount_minor: int
    currency: str
    available_at: dt.datetime
    expert_id: uuid.UUID | None = None
    commission: Commission | None = None
    payout: Payout | None = None

    @property
    def account(self) -> AccountKey:
        return (self.kind, self.expert_id, self.currency)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A business event to book, named by the fact it comes from ("payout:<id>:paid")."""

    kind: str
    source_key: str
    legs: Sequence[Leg]


@dataclass(frozen=True)
class Held:
    """An amount that becomes available on a date."""

    available_at: dt.datetime
    amount_minor: int


def post(
    *, store: Store, kind: str, source_key: str, occurred_at: dt.datetime, legs: Sequence[Leg]
) -> LedgerTransaction:
    """Book one event. A `source_key` that is booked already returns its transaction and writes nothing.

    Legs of 0 are left out. Raises NotBalanced.
    """
    entry = Entry(kind=kind, source_key=source_key, legs=legs)
    return post_all(store=store, occurred_at=occurred_at, entries=[entry])[source_key]


def post_all(*, store: Store, occurred_at: dt.datetime, entries: Sequence[Entry]) -> dict[str, LedgerTransaction]:
    """Book many events at once, as `post` does; returns their transactions by source key."""
    legs = {entry.source_key: balanced(entry.legs) for entry in entries}
    LedgerTransaction.objects.bulk_create(
        [
            LedgerTransaction(store=store, kind=entry.kind, source_key=entry.source_key, occurred_at=occurred_at)
            for entry in entries
        ],
        ignore_conflicts=True,
        batch_size=BATCH,
    )
    # A transaction that somebody else committed has its legs; one without is ours, from the line above.
    has_legs = Exists(LedgerLeg.objects.filter(store=store, transaction=OuterRef("pk")))
    found = LedgerTransaction.objects.filter(store=store, source_key__in=legs).annotate(has_legs=has_legs)
    new = [(row, leg) for row in found if not row.has_legs for leg in legs[row.source_key]]
    accounts = open_accounts(store=store, keys={leg.account for _, leg in new})
    LedgerLeg.objects.bulk_create(
        [
            LedgerLeg(
                store=store,
                transaction=row,
                account_id=accounts[leg.account],
                amount_minor=leg.amount_minor,
                currency=leg.currency,
                available_at=leg.available_at,
                occurred_at=occurred_at,
                commission=leg.commission,
                payout=leg.payout,
            )
            for row, leg in new
        ],
        batch_size=BATCH,
    )
    return {row.source_key: row for row in found}


def balanced(legs: Iterable[Leg]) -> list[Leg]:
    """The legs that are not 0; raises NotBalanced unless there are some, in one currency, that sum to zero."""
    written = [leg for leg in legs if leg.amount_minor]
    currencies = {leg.currency for leg in written}
    difference = sum(leg.amount_minor for leg in written)
    if len(currencies) != 1 or difference:
        raise NotBalanced(f"{len(written)} legs in {sorted(currencies)} are off by {difference}")
    return written


def open_accounts(*, store: Store, keys: set[AccountKey]) -> dict[AccountKey, uuid.UUID]:
    """The ids of the accounts, made where they are missing; safe against others making the same ones now."""
    if not keys:
        return {}
    if missing := keys - (found := find_accounts(store=store, keys=keys)).keys():
        LedgerAccount.objects.bulk_create(
            [LedgerAccount(store=store, kind=k, expert_id=e, currency=c) for k, e, c in sorted(missing, key=str)],
            ignore_conflicts=True,
        )
        found = find_accounts(store=store, keys=keys)
    return found


def find_accounts(*, store: Store, keys: set[AccountKey]) -> dict[AccountKey, uuid.UUID]:
    """The ids of those accounts that exist."""
    experts = {expert for _, expert, _ in keys if expert}
    others = [Q(kind=k, currency=c, expert=None) for k, e, c in sorted(keys, key=str) if e is None]
    chosen = reduce(or_, others, Q(kind=AccountKind.EXPERT_PAYABLE, expert__in=experts))
    rows = LedgerAccount.objects.filter(chosen, store=store).values_list("kind", "expert_id", "currency", "id")
    accounts = {(AccountKind(kind), expert, currency): pk for kind, expert, currency, pk in rows}
    return {key: accounts[key] for key in keys if key in accounts}


def lock_payables(*, store: Store, currency: str) -> list[LedgerAccount]:
    """Lock every expert's account in the order of ids, so that two who pay wait for, and never deadlock, each other.

    Commissions may still be posted meanwhile: they are simply not in the sum.
    """
    payables = LedgerAccount.objects.filter(store=store, kind=AccountKind.EXPERT_PAYABLE, currency=currency)
    return list(payables.order_by("id").select_for_update(no_key=True))


def payable_account(*, store: Store, expert_id: uuid.UUID) -> LedgerAccount | None:
    """The account that says what the store owes an expert, in the store's currency; None before her first earning."""
    return LedgerAccount.objects.filter(
        store=store, kind=AccountKind.EXPERT_PAYABLE, expert=expert_id, currency=store.currency
    ).first()


def balance(account: LedgerAccount) -> int:
    """The sum of an account's legs; a debt, such as what we owe an expert, is negative."""
    return total(account.legs.all())


def available(account: LedgerAccount, now: dt.datetime) -> int:
    """What an expert may be paid now, as a positive amount; negative where refunds outweigh what she earned."""
    return -total(account.legs.filter(available_at__lte=now))


def held(account: LedgerAccount, now: dt.datetime) -> list[Held]:
    """What an expert has earned and may not be paid yet, by the date on which it clears, the next one first."""
    later = account.legs.filter(available_at__gt=now).values("available_at").order_by("available_at")
    sums = later.annotate(sum=Sum("amount_minor")).exclude(sum=0)
    return [Held(row["available_at"], -row["sum"]) for row in sums]


def total(legs: QuerySet[LedgerLeg]) -> int:
    """The sum of some legs."""
    return int(legs.aggregate(sum=Sum("amount_minor"))["sum"] or 0)

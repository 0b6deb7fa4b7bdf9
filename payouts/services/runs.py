"""Payout runs: the decision to pay everybody who is due, made once (docs/money.md)."""

import datetime as dt
import hashlib
from dataclasses import dataclass

from django.db.models import Count, Max, Q, QuerySet, Sum

from payouts.models import BankDetails, Payout, PayoutRun, PayoutState, Rail
from payouts.services.ledger import BATCH, lock_payables, post_all
from payouts.services.methods import bank_details_of
from payouts.services.payouts import entry_of
from payouts.services.standings import Payee, payees_of
from stores.errors import Conflict, NotFound
from stores.models import Store, User
from stores.services.audit import record_audit


@dataclass(frozen=True)
class Plan:
    """Whom a run made at this moment would pay, from which account, and whom it would not."""

    bank: BankDetails | None
    payees: list[Payee]

    @property
    def due(self) -> list[Payee]:
        return [payee for payee in self.payees if payee.standing.is_due]

    @property
    def total_minor(self) -> int:
        """What the run would pay."""
        return sum(payee.standing.available_minor for payee in self.due)

    @property
    def waiting_minor(self) -> int:
        """What has cleared and is not due yet: below the minimum, or without bank details."""
        return sum(max(0, payee.standing.available_minor) for payee in self.payees) - self.total_minor

    @property
    def held_minor(self) -> int:
        """What has not cleared."""
        return sum(payee.standing.held_minor for payee in self.payees)

    @property
    def fingerprint(self) -> str:
        """A short text that differs as soon as a payee, an account or an amount does."""
        facts = sorted((str(payee.expert.pk), method_id(payee), payee.standing.available_minor) for payee in self.due)
        return hashlib.sha256(repr((str(self.bank and self.bank.pk), facts)).encode()).hexdigest()[:32]


def plan_run(*, store: Store, now: dt.datetime) -> Plan:
    """What a run would do now; in the store's scope."""
    return Plan(bank=bank_details_of(store), payees=payees_of(store=store, now=now))


def create_run(*, store: Store, user: User, expected: str, now: dt.datetime) -> PayoutRun:
    """Decide to pay everybody who is due, exactly as the plan with the fingerprint `expected` showed it.

    Locks the experts' accounts before it reads their sums, so that two runs at the same moment pay no money twice.
    Raises Conflict when nobody is due, when the store has no bank details, or when the plan has changed since.
    """
    lock_payables(store=store, currency=store.currency)
    plan = plan_run(store=store, now=now)
    if not plan.due:
        raise Conflict("Nobody is due any more. If you have just made a payout run, it is in the list of runs.")
    if not plan.bank:
        raise Conflict("Tell us first from which account you pay.")
    if plan.fingerprint != expected:
        raise Conflict("Amounts or accounts have changed since you looked at them. Look again, then create the run.")
    run = PayoutRun.objects.create(
        store=store,
        number=(store.payout_runs.aggregate(last=Max("number"))["last"] or 0) + 1,
        rail=Rail.BANK_FILE,
        currency=store.currency,
        created_by=user,
        created_at=now,
        holder=plan.bank.holder,
        iban=plan.bank.iban,
        bic=plan.bank.bic,
    )
    Payout.objects.bulk_create([decide(run, payee) for payee in plan.due], batch_size=BATCH)
    payouts = run.payouts.all()
    entries = [entry_of(payout, PayoutState.PENDING, now) for payout in payouts]
    post_all(store=store, occurred_at=now, entries=entries)
    facts = {"number": run.number, "payouts": len(payouts), "total_minor": plan.total_minor}
    record_audit(store=store, user=user, verb="payout_run.created", about=run, at=now, data=facts)
    return run


def decide(run: PayoutRun, payee: Payee) -> Payout:
    """One payee's payout, with her bank account as it is now."""
    assert payee.method  # nobody is due without one
    return Payout(
        store=run.store,
        run=run,
        expert=payee.expert,
        amount_minor=payee.standing.available_minor,
        currency=run.currency,
        state=PayoutState.PENDING,
        holder=payee.method.holder,
        iban=payee.method.iban,
        bic=payee.method.bic,
        created_at=run.created_at,
    )


def method_id(payee: Payee) -> str:
    return str(payee.method.pk) if payee.method else ""


def runs_of(store: Store) -> QuerySet[PayoutRun]:
    """The store's runs, newest first, with `payout_count`, `total_minor` and a count by state (`paid_count`, …)."""
    counts = {f"{state}_count": Count("payouts", filter=Q(payouts__state=state)) for state in PayoutState}
    return (
        store.payout_runs.select_related("store", "created_by")
        .annotate(payout_count=Count("payouts"), total_minor=Sum("payouts__amount_minor"), **counts)
        .order_by("-number")
    )


def access_run(*, store: Store, number: int) -> PayoutRun:
    """The store's run with that number, as `runs_of` gives it; raises NotFound."""
    try:
        return runs_of(store).get(number=number)
    except PayoutRun.DoesNotExist:
        raise NotFound() from None

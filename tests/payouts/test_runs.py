"""Payout runs: who is due, paid once, and what becomes of each payout; literal amounts."""

import datetime as dt
import uuid

import pytest
from django.db import Error, ProgrammingError, connection

from payouts.models import LedgerLeg, Payout, PayoutRun, PayoutState
from payouts.services import ledger
from payouts.services.commissions import settle_order
from payouts.services.methods import set_bank_details, set_payout_method
from payouts.services.payouts import STEPS, take_step
from payouts.services.runs import create_run, plan_run, runs_of
from payouts.services.standings import standing_of
from payouts.standing import Obstacle
from stores.errors import BadInput, Conflict, NotFound
from stores.models import AuditEvent
from stores.scope import store_scope
from tests.cast import Cast
from tests.payouts.factories import credit_for, earn, refund

DAY = dt.timedelta(days=1)
LONG_AGO = 40 * DAY
ERIKS_IBAN, NORAS_IBAN, STORES_IBAN = "DE89370400440532013000", "NL91ABNA0417164300", "FR1420041010050500013M02606"


def give_accounts(cast: Cast, *, nora: bool = True) -> None:
    """Bank accounts for the store and its experts; call it in the store's scope."""
    set_bank_details(
        store=cast.store_a, user=cast.maya, holder="Kestrel & Pine GmbH", iban=STORES_IBAN, bic="", now=cast.now
    )
    set_payout_method(
        expert=cast.erik, user=cast.erik_user, holder="Erik Møller", iban=ERIKS_IBAN, bic="", now=cast.now
    )
    if nora:
        set_payout_method(
            expert=cast.nora, user=cast.nora_user, holder="Nora Ek", iban=NORAS_IBAN, bic="ABNANL2A", now=cast.now
        )


def cleared(cast: Cast, expert: object, amount: int) -> None:
    earn(expert, cast.terms, amount, placed_at=cast.now - LONG_AGO, now=cast.now - LONG_AGO)  # type: ignore[arg-type]


def run_now(cast: Cast, now: dt.datetime | None = None) -> PayoutRun:
    at = now or cast.now
    expected = plan_run(store=cast.store_a, now=at).fingerprint
    return create_run(store=cast.store_a, user=cast.maya, expected=expected, now=at)


def standings(cast: Cast) -> dict[str, tuple[str, str]]:
    """Obstacle and words for the owner, by expert."""
    plan = plan_run(store=cast.store_a, now=cast.now)
    return {p.expert.display_name: (p.standing.obstacle, p.standing.why_not()) for p in plan.payees}


def payable(cast: Cast, expert: object) -> int:
    account = ledger.payable_account(store=cast.store_a, expert_id=expert.pk)  # type: ignore[attr-defined]
    assert account
    return -ledger.balance(account)


def test_who_is_due_and_who_is_not_and_why(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        give_accounts(cast, nora=False)
        cleared(cast, cast.erik, 760)
        earn(cast.nora, cast.terms, 5000, placed_at=cast.now, now=cast.now)
        clears = cast.now + 17 * DAY
        assert standings(cast) == {
            "Erik": (Obstacle.BELOW_MINIMUM, "€12.40 more until the minimum of €20.00."),
            "Nora": (Obstacle.HELD, f"€50.00 is held; the next of it clears on {clears:%-d %B %Y}."),
        }

        cleared(cast, cast.erik, 1240)
        cleared(cast, cast.nora, 2000)
        assert standings(cast) == {
            "Erik": (Obstacle.NONE, ""),
            "Nora": (Obstacle.NO_METHOD, "No bank details yet: experts enter theirs in the console, under Earnings."),
        }
        plan = plan_run(store=cast.store_a, now=cast.now)
        assert (plan.total_minor, plan.waiting_minor, plan.held_minor) == (2000, 2000, 5000)


def test_one_standing_is_read_as_the_list_reads_it(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        give_accounts(cast)
        cleared(cast, cast.erik, 2500)
        earn(cast.erik, cast.terms, 300, placed_at=cast.now - 3 * DAY, now=cast.now)
        (payee,) = plan_run(store=cast.store_a, now=cast.now).payees

        assert standing_of(expert=cast.erik, now=cast.now) == payee.standing
        assert (payee.standing.available_minor, payee.standing.held_minor) == (2500, 300)
        assert payee.standing.clears_at == cast.now + 14 * DAY


def test_a_run_pays_what_is_due_and_nothing_that_is_held(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        give_accounts(cast)
        cleared(cast, cast.erik, 2500)
        cleared(cast, cast.nora, 3111)
        earn(cast.erik, cast.terms, 900, placed_at=cast.now, now=cast.now)
        run = run_now(cast)

        assert (run.number, run.holder, run.iban) == (1, "Kestrel & Pine GmbH", STORES_IBAN)
        paid = list(
            run.payouts.order_by("amount_minor").values_list("expert", "amount_minor", "state", "iban", "holder")
        )
        assert paid == [
            (cast.erik.pk, 2500, "pending", ERIKS_IBAN, "Erik Møller"),
            (cast.nora.pk, 3111, "pending", NORAS_IBAN, "Nora Ek"),
        ]
        assert (payable(cast, cast.erik), payable(cast, cast.nora)) == (900, 0)
        assert AuditEvent.objects.get(verb="payout_run.created").data == {
            "number": 1,
            "payouts": 2,
            "total_minor": 5611,
        }
        with pytest.raises(Conflict, match="Nobody is due any more"):
            run_now(cast)


def test_the_ledger_follows_each_step(cast: Cast) -> None:
    def legs(payout: Payout) -> list[tuple[str, int]]:
        return sorted(LedgerLeg.objects.filter(payout=payout).values_list("account__kind", "amount_minor"))

    with store_scope(cast.store_a.id):
        give_accounts(cast)
        cleared(cast, cast.erik, 2500)
        run = run_now(cast)
        (payout,) = run.payouts.all()
        decided = [("expert_payable", 2500), ("in_transit", -2500)]
        assert legs(payout) == decided
        take_step(run=run, step="sent", user=cast.maya, now=cast.now)
        assert legs(payout) == decided
        take_step(run=run, step="paid", user=cast.maya, now=cast.now)
        assert legs(payout) == sorted([*decided, ("in_transit", 2500), ("store_cash", -2500)])


def test_a_failed_payout_returns_its_money_and_the_next_run_pays_it(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        give_accounts(cast)
        cleared(cast, cast.erik, 2500)
        cleared(cast, cast.nora, 3000)
        run = run_now(cast)
        take_step(run=run, step="sent", user=cast.maya, now=cast.now)
        eriks = run.payouts.get(expert=cast.erik)
        take_step(run=run, step="failed", user=cast.maya, now=cast.now, reason="  Account\nclosed ", payout_id=eriks.pk)
        take_step(run=run, step="paid", user=cast.maya, now=cast.now)

        eriks.refresh_from_db()
        assert (eriks.state, eriks.reason, eriks.failed_at) == ("failed", "Account closed", cast.now)
        assert run.payouts.get(expert=cast.nora).state == "paid"
        assert (payable(cast, cast.erik), payable(cast, cast.nora)) == (2500, 0)
        again = run_now(cast)
        assert (again.number, [p.amount_minor for p in again.payouts.all()]) == (2, [2500])


def test_every_step_said_twice_is_taken_once(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        give_accounts(cast)
        cleared(cast, cast.erik, 2500)
        run = run_now(cast)
        for step in ("sent", "paid"):
            assert take_step(run=run, step=step, user=cast.maya, now=cast.now) == 1
            assert take_step(run=run, step=step, user=cast.maya, now=cast.now) == 0
        assert AuditEvent.objects.filter(verb__startswith="payout.").count() == 2
        assert LedgerLeg.objects.filter(payout__run=run).count() == 4


@pytest.mark.parametrize(
    ("earlier", "step"),
    [
        ([], "paid"),
        ([], "failed"),
        (["sent"], "withdrawn"),
        (["sent", "paid"], "failed"),
        (["sent", "paid"], "withdrawn"),
        (["sent", "failed"], "paid"),
        (["withdrawn"], "sent"),
        (["withdrawn"], "paid"),
    ],
)
def test_what_the_state_does_not_allow_is_refused(cast: Cast, earlier: list[str], step: str) -> None:
    with store_scope(cast.store_a.id):
        give_accounts(cast)
        cleared(cast, cast.erik, 2500)
        run = run_now(cast)
        for before in earlier:
            assert take_step(run=run, step=before, user=cast.maya, now=cast.now, reason="r") == 1
        count = LedgerLeg.objects.count()
        with pytest.raises(Conflict, match="the state is now"):
            take_step(run=run, step=step, user=cast.maya, now=cast.now, reason="r")
        assert LedgerLeg.objects.count() == count


def test_the_steps_are_the_transitions() -> None:
    assert {(step.before, step.to) for step in STEPS.values()} == {
        (before, to) for before, after in Payout.TRANSITIONS.items() for to in after
    }


def test_failure_needs_a_reason_and_a_payout_of_this_run(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        give_accounts(cast)
        cleared(cast, cast.erik, 2500)
        run = run_now(cast)
        with pytest.raises(BadInput, match="Say why"):
            take_step(run=run, step="withdrawn", user=cast.maya, now=cast.now, reason="  ")
        take_step(run=run, step="sent", user=cast.maya, now=cast.now)
        with pytest.raises(NotFound):
            take_step(run=run, step="paid", user=cast.maya, now=cast.now, payout_id=uuid.uuid4())
        with pytest.raises(NotFound):
            take_step(run=run, step="sent", user=cast.maya, now=cast.now, payout_id=run.payouts.get().pk)
        with pytest.raises(NotFound):
            take_step(run=run, step="burnt", user=cast.maya, now=cast.now)
        assert run.payouts.get().state == PayoutState.SENT


def test_a_refund_after_the_payout_nets_from_the_next(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        give_accounts(cast)
        order = earn(cast.erik, cast.terms, 2500, placed_at=cast.now - LONG_AGO, now=cast.now - LONG_AGO)
        run_now(cast)
        refund(order, 0, 10000)
        settle_order(order=order, credit=credit_for(order, cast.erik, cast.terms), now=cast.now)
        assert payable(cast, cast.erik) == -1000
        assert standings(cast)["Erik"] == (
            Obstacle.OWES,
            "Refunds took back €10.00 after it was paid; the next commissions make up for it.",
        )
        cleared(cast, cast.erik, 3100)
        assert [p.amount_minor for p in run_now(cast).payouts.all()] == [2100]


def test_a_plan_that_changed_since_it_was_looked_at_is_not_carried_out(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        give_accounts(cast)
        cleared(cast, cast.erik, 2500)
        seen = plan_run(store=cast.store_a, now=cast.now).fingerprint
        set_payout_method(expert=cast.erik, user=cast.erik_user, holder="Erik", iban=NORAS_IBAN, bic="", now=cast.now)
        with pytest.raises(Conflict, match="have changed"):
            create_run(store=cast.store_a, user=cast.maya, expected=seen, now=cast.now)
        assert not PayoutRun.objects.exists()


def test_without_an_account_to_pay_from_there_is_no_run(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        set_payout_method(expert=cast.erik, user=cast.erik_user, holder="Erik", iban=ERIKS_IBAN, bic="", now=cast.now)
        cleared(cast, cast.erik, 2500)
        with pytest.raises(Conflict, match="from which account"):
            run_now(cast)


def test_a_clock_that_is_behind_pays_nothing_twice(cast: Cast) -> None:
    """The second run read its time before the first, and got the lock after it."""
    with store_scope(cast.store_a.id):
        give_accounts(cast)
        cleared(cast, cast.erik, 2500)
        run_now(cast)
        behind = plan_run(store=cast.store_a, now=cast.now - 5 * DAY)
        assert (behind.payees, behind.due) == ([], [])


def test_a_change_of_account_redirects_nothing_that_is_decided(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        give_accounts(cast)
        cleared(cast, cast.erik, 2500)
        run = run_now(cast)
        set_payout_method(
            expert=cast.erik, user=cast.erik_user, holder="Mallory", iban=NORAS_IBAN, bic="", now=cast.now
        )
        assert run.payouts.get().iban == ERIKS_IBAN


@pytest.mark.parametrize("column", ["amount_minor = 1", "iban = 'X'", "holder = 'X'", "expert_id = expert_id"])
def test_the_database_lets_nobody_edit_a_payout(cast: Cast, column: str) -> None:
    with store_scope(cast.store_a.id):
        give_accounts(cast)
        cleared(cast, cast.erik, 2500)
        run_now(cast)
    for sql in (f"UPDATE payouts_payout SET {column}", "DELETE FROM payouts_payout"):
        with pytest.raises(ProgrammingError, match="permission denied"), store_scope(cast.store_a.id):
            execute(sql)
    with store_scope(cast.store_a.id):
        execute("UPDATE payouts_payout SET state = state")


def test_a_payout_without_an_amount_is_refused(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        give_accounts(cast)
        cleared(cast, cast.erik, 2500)
        run = run_now(cast)
    with pytest.raises(Error), store_scope(cast.store_a.id):
        Payout.objects.create(
            store=cast.store_a, run=run, expert=cast.nora, amount_minor=0, currency="EUR", created_at=cast.now
        )


def test_a_run_knows_its_counts(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        give_accounts(cast)
        cleared(cast, cast.erik, 2500)
        cleared(cast, cast.nora, 3000)
        run = run_now(cast)
        take_step(run=run, step="sent", user=cast.maya, now=cast.now)
        nora = run.payouts.get(expert=cast.nora)
        take_step(run=run, step="failed", user=cast.maya, now=cast.now, reason="r", payout_id=nora.pk)
        row = runs_of(cast.store_a).get()

        counts = {name: getattr(row, f"{name}_count") for name in ("payout", *PayoutState.values)}
        assert counts == {"payout": 2, "pending": 0, "sent": 1, "paid": 0, "failed": 1}
        assert getattr(row, "total_minor") == 5500  # noqa: B009 - an annotation of the query, unknown to the model


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)

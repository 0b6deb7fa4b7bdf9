"""Two people press the button at the same moment: the money goes out once. The twin without the lock pays twice."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.utils import timezone

from payouts.models import LedgerAccount, Payout
from payouts.services import runs
from payouts.services.payouts import take_step
from payouts.services.runs import create_run, plan_run
from stores.errors import Conflict
from stores.scope import store_scope
from tests.cast import Cast
from tests.payouts.test_runs import cleared, give_accounts, payable, run_now

# How long one thread waits for the other to reach the same place, which a lock makes impossible.
PATIENCE = 0.7


def at_once(*jobs: Callable[[], str]) -> list[str]:
    """What each job returned, run in threads with connections of their own."""

    def play(job: Callable[[], str]) -> str:
        try:
            return job()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [future.result() for future in [pool.submit(play, job) for job in jobs]]


def race(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two runs, each stopped after it has read who is due until the other has too (or cannot), then one by one."""
    both_have_read = threading.Barrier(2)
    one_by_one = threading.Lock()
    expected, now = plan_of(cast), timezone.now()

    def reads_and_waits(**kwargs: object) -> runs.Plan:
        plan = plan_run(**kwargs)  # type: ignore[arg-type]
        try:
            both_have_read.wait(PATIENCE)
        except threading.BrokenBarrierError:
            return plan
        one_by_one.acquire()
        return plan

    monkeypatch.setattr(runs, "plan_run", reads_and_waits)

    def pay() -> str:
        try:
            with store_scope(cast.store_a.id):
                create_run(store=cast.store_a, user=cast.maya, expected=expected, now=now)
        except Conflict as refusal:
            return refusal.code
        finally:
            if one_by_one.locked():
                one_by_one.release()
        return "paid"

    return sorted(at_once(pay, pay))


def plan_of(cast: Cast) -> str:
    with store_scope(cast.store_a.id):
        give_accounts(cast)
        cleared(cast, cast.erik, 10000)
    with store_scope(cast.store_a.id):
        return plan_run(store=cast.store_a, now=timezone.now()).fingerprint


def paid_out_of(cast: Cast) -> int:
    with store_scope(cast.store_a.id):
        return sum(Payout.objects.values_list("amount_minor", flat=True))


def test_the_twin_without_the_lock_pays_twice(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_lock(**_: object) -> list[LedgerAccount]:
        return []

    monkeypatch.setattr(runs, "lock_payables", no_lock)

    assert race(cast, monkeypatch) == ["paid", "paid"]
    assert paid_out_of(cast) == 20000


def test_two_runs_at_the_same_moment_pay_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    assert race(cast, monkeypatch) == ["conflict", "paid"]
    assert paid_out_of(cast) == 10000
    with store_scope(cast.store_a.id):
        assert payable(cast, cast.erik) == 0


def test_many_runs_and_a_balance_of_a_hundred(cast: Cast) -> None:
    expected, now = plan_of(cast), timezone.now()

    def pay() -> str:
        try:
            with store_scope(cast.store_a.id):
                create_run(store=cast.store_a, user=cast.maya, expected=expected, now=now)
        except Conflict:
            return "conflict"
        return "paid"

    answers = at_once(*[pay] * 12)
    assert (answers.count("paid"), answers.count("conflict")) == (1, 11)
    assert paid_out_of(cast) == 10000


def test_a_payout_said_paid_and_failed_at_once_is_one_of_them(cast: Cast) -> None:
    plan_of(cast)
    with store_scope(cast.store_a.id):
        run = run_now(cast)
        take_step(run=run, step="sent", user=cast.maya, now=cast.now)

    def say(step: str) -> str:
        try:
            with store_scope(cast.store_a.id):
                return str(take_step(run=run, step=step, user=cast.maya, now=cast.now, reason="r"))
        except Conflict:
            return "conflict"

    answers = at_once(*[lambda step=step: say(step) for step in ("paid", "failed", "paid", "failed")])
    assert answers.count("1") == 1
    with store_scope(cast.store_a.id):
        state = run.payouts.get().state
        assert payable(cast, cast.erik) == (0 if state == "paid" else 10000)

"""What becomes of payouts once decided: sent, paid, failed. Each step is a conditional UPDATE with its ledger entry."""

import datetime as dt
import uuid
from dataclasses import dataclass

from payouts.models import AccountKind, Payout, PayoutRun, PayoutState
from payouts.services.ledger import Entry, Leg, post_all
from stores.errors import BadInput, Conflict, NotFound
from stores.models import User
from stores.services.audit import record_audit

# Money that has left an account is gone whatever the clock of the next who pays says: only earnings have a hold.
AT_ONCE = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# For each state that moves money: the name of its event, the account that it is taken from and the one it goes to.
MOVES = {
    PayoutState.PENDING: ("created", AccountKind.EXPERT_PAYABLE, AccountKind.IN_TRANSIT),
    PayoutState.PAID: ("paid", AccountKind.IN_TRANSIT, AccountKind.STORE_CASH),
    PayoutState.FAILED: ("failed", AccountKind.IN_TRANSIT, AccountKind.EXPERT_PAYABLE),
}
REASON_LENGTH = 300


@dataclass(frozen=True)
class Step:
    """What the owner says about payouts, and between which states it moves them."""

    before: PayoutState
    to: PayoutState
    # Said of the run as a whole only: its file is one.
    is_whole: bool = False


STEPS = {
    "sent": Step(PayoutState.PENDING, PayoutState.SENT, is_whole=True),
    "withdrawn": Step(PayoutState.PENDING, PayoutState.FAILED, is_whole=True),
    "paid": Step(PayoutState.SENT, PayoutState.PAID),
    "failed": Step(PayoutState.SENT, PayoutState.FAILED),
}


def take_step(
    *, run: PayoutRun, step: str, user: User, now: dt.datetime, reason: str = "", payout_id: uuid.UUID | None = None
) -> int:
    """Move the run's payouts (or one of them) by a step of STEPS, book it, and return how many moved.

    Those that made the step before stay as they are, so a double click is harmless; failing returns the money to
    the experts' accounts. Raises NotFound for an unknown step and for a payout of another run, BadInput for a failure
    without a reason, Conflict when none of them is in a state to move.
    """
    if step not in STEPS or (payout_id and STEPS[step].is_whole):
        raise NotFound()
    before, to = STEPS[step].before, STEPS[step].to
    assert to in Payout.TRANSITIONS[before]
    reason = " ".join(reason.split())[:REASON_LENGTH]
    if to == PayoutState.FAILED and not reason:
        raise BadInput("Say why, in words that help: the expert reads them in the console.")
    chosen = run.payouts.filter(pk=payout_id) if payout_id else run.payouts.all()
    # Locked in the order of ids, and asked for their state again once the lock is ours.
    moving = list(chosen.filter(state=before).order_by("id").select_for_update())
    if not moving:
        return moved_before(set(chosen.values_list("state", flat=True)), to)
    moved = chosen.filter(pk__in=[payout.pk for payout in moving], state=before).update(
        state=to, reason=reason, **{f"{to}_at": now}
    )
    if to in MOVES:
        post_all(store=run.store, occurred_at=now, entries=[entry_of(payout, to, now) for payout in moving])
    for payout in moving:
        facts = {"run": run.number, "amount_minor": payout.amount_minor, "reason": reason}
        record_audit(store=run.store, user=user, verb=f"payout.{step}", about=payout, at=now, data=facts)
    return moved


def moved_before(states: set[str], to: PayoutState) -> int:
    """0 if there are payouts in `to` already; otherwise raises why none could move."""
    if not states:
        raise NotFound()
    if to in states:
        return 0
    words = ", ".join(PayoutState(state).label.lower() for state in sorted(states))
    raise Conflict(f"This cannot be said any more: the state is now “{words}”. Reload the page to see it.")


def entry_of(payout: Payout, state: PayoutState, now: dt.datetime) -> Entry:
    """The ledger entry of a payout's step."""
    name, source, target = MOVES[state]
    legs = [
        Leg(
            kind=kind,
            amount_minor=amount,
            currency=payout.currency,
            available_at=now if amount < 0 else AT_ONCE,
            expert_id=payout.expert_id if kind == AccountKind.EXPERT_PAYABLE else None,
            payout=payout,
        )
        for kind, amount in ((source, payout.amount_minor), (target, -payout.amount_minor))
    ]
    return Entry(kind=f"payout_{name}", source_key=f"payout:{payout.pk}:{name}", legs=legs)

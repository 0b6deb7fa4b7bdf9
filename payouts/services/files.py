"""The files that carry a run to the bank."""

import datetime as dt
from dataclasses import dataclass

from payouts.models import PayoutRun, PayoutState
from payouts.rails import RAILS
from stores.errors import Conflict, NotFound
from stores.models import User
from stores.services.audit import record_audit


@dataclass(frozen=True)
class Offer:
    """A file that a run's rail knows, and why it cannot be had for this run (empty if it can)."""

    key: str
    label: str
    refusal: str


@dataclass(frozen=True)
class BankFile:
    """A file ready to be downloaded."""

    name: str
    content_type: str
    content: bytes


def offers_for(run: PayoutRun) -> list[Offer]:
    """The files of the run's rail; none once some of its money went back to the experts."""
    if has_returned_money(run):
        return []
    return [Offer(key, file.label, file.refusal(run)) for key, file in RAILS[run.rail].FILES.items()]


def make_file(*, run: PayoutRun, key: str, user: User, now: dt.datetime) -> BankFile:
    """The run's file, the same bytes every time, and a note in the audit of who took it.

    Raises NotFound for an unknown key, Conflict when the rail cannot carry this run or when sending the file would pay
    money that has gone back to an expert's account.
    """
    if key not in RAILS[run.rail].FILES:
        raise NotFound()
    if has_returned_money(run):
        raise Conflict("Money of this run went back to its experts and will be paid by another. Do not send its file.")
    file = RAILS[run.rail].FILES[key]
    if refusal := file.refusal(run):
        raise Conflict(refusal)
    content = file.render(run, list(run.payouts.order_by("id")))
    record_audit(store=run.store, user=user, verb="payout_run.file_taken", about=run, at=now, data={"file": key})
    return BankFile(f"{run.store.slug}-payout-{run.number}.{file.suffix}", file.content_type, content)


def has_returned_money(run: PayoutRun) -> bool:
    return run.payouts.filter(state=PayoutState.FAILED).exists()

"""How the bank, the expert's statement and we name the same payment: from our ids, so that no file ever differs."""

from payouts.models import Payout, PayoutRun


def message_id(run: PayoutRun) -> str:
    """The file's id; banks refuse a second file with the same one."""
    return run.pk.hex


def end_to_end_id(payout: Payout) -> str:
    """The payment's id, which travels to the expert's bank; SEPA allows 35 characters."""
    return payout.pk.hex


def purpose(run: PayoutRun) -> str:
    """What the expert reads on her bank statement."""
    return f"{run.store.name} payout {run.number}"

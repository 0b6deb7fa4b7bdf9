"""The run as CSV: for banks and currencies that take no SEPA file, and for the store's own books."""

from collections.abc import Sequence

from payouts.models import Payout, PayoutRun
from payouts.rails.bank_file.references import end_to_end_id, purpose
from stores.exports import csv_text
from stores.money import to_major

HEADER = ("Payee", "IBAN", "BIC", "Amount", "Currency", "Purpose", "Reference")


def refusal(run: PayoutRun) -> str:
    """There is no run that a CSV file cannot hold."""
    return ""


def render(run: PayoutRun, payouts: Sequence[Payout]) -> bytes:
    """One row per payout, amounts in major units with the currency's decimals."""
    rows = [
        (
            payout.holder,
            payout.iban,
            payout.bic,
            to_major(payout.amount_minor, payout.currency),
            payout.currency,
            purpose(run),
            end_to_end_id(payout),
        )
        for payout in payouts
    ]
    return csv_text(HEADER, rows).encode()

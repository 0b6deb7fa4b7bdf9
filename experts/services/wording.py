"""The terms in words: on the invitation, in the e-mail, in the console, and word for word in what she accepted."""

import hashlib
from dataclasses import dataclass

from experts.models import Terms
from experts.rules import hold_days
from stores.money import format_money


@dataclass(frozen=True)
class Clause:
    """One rule of the terms: its heading, and what it says."""

    title: str
    text: str


def percent(rate_bps: int) -> str:
    """(1250) → "12.5 %"."""
    return f"{rate_bps / 100:.2f}".rstrip("0").rstrip(".") + "\N{NO-BREAK SPACE}%"


def clauses(terms: Terms) -> list[Clause]:
    """Everything that is agreed, in the order in which one asks. The terms' store is at hand."""
    store = terms.store
    held = hold_days(return_window_days=store.return_window_days, terms_hold_days=terms.hold_days)
    minimum = format_money(terms.minimum_payout_minor, store.currency)
    days = "day" if terms.window_days == 1 else "days"
    return [
        Clause(
            "What you earn",
            f"{percent(terms.rate_exact_bps)} of the price of a product that you advised on, and "
            f"{percent(terms.rate_other_bps)} of what else the shopper buys in the same order. It is reckoned on what "
            "he pays for the goods after discounts, without tax and shipping.",
        ),
        Clause(
            "When it counts",
            f"If he orders within {terms.window_days} {days} of your advice, and yours was the last advice he had. "
            "Every order has a receipt that says why it counted or did not.",
        ),
        Clause(
            "When you are paid",
            f"{held} days after the order, when the time for returns is over. Goods that are returned earn "
            f"nothing: what was booked for them is taken back. Payouts start at {minimum}; less than that waits for "
            "the next one.",
        ),
        Clause(
            "What you always say",
            "Before your first message, every shopper is told that you earn a commission, and what of the store's "
            "you own. You advise honestly, also against a purchase.",
        ),
        Clause(
            "Your time is yours",
            "You have no duty hours. You say when you are available, may decline any conversation, may advise for "
            "other stores too, and may leave at any time with one click; what you have earned is still paid.",
        ),
        Clause(
            "What you need",
            "You are 18 or older. You see what shoppers write and the page they look at, never their e-mail "
            "address, their address or their orders, and you keep to yourself what they tell you.",
        ),
    ]


def terms_text(terms: Terms) -> str:
    """The terms as plain text, as they are shown and stored with an acceptance."""
    head = f"Terms for experts of {terms.store.name}, version {terms.version}"
    return "\n\n".join([head, *(f"{clause.title}\n{clause.text}" for clause in clauses(terms))])


def terms_digest(terms: Terms) -> str:
    """What a page sends back, so that only the very words that were shown can be accepted."""
    return hashlib.sha256(terms_text(terms).encode()).hexdigest()


def earnings_sentence(terms: Terms) -> str:
    """What she earns, for an e-mail: one sentence."""
    return (
        f"You earn {percent(terms.rate_exact_bps)} of the price of what you advised on, and "
        f"{percent(terms.rate_other_bps)} of what else is bought with it."
    )

"""Cents, the VAT inside them, and the two ways to write them down."""

from decimal import ROUND_HALF_UP, Decimal

CURRENCY = "EUR"
VAT_PERCENT = 22


def rounded(amount: Decimal) -> int:
    """Whole cents, halves up."""
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def included_vat(cents: int) -> int:
    """The VAT inside a price that includes it: 12200 → 2200."""
    return rounded(Decimal(cents) * VAT_PERCENT / (100 + VAT_PERCENT))


def amount(cents: int) -> str:
    """Cents as the platform writes them: 129900 → "1299.00"."""
    return f"{Decimal(cents).scaleb(-2):.2f}"


def to_cents(amount: str) -> int:
    """The cents of an amount that the platform has written: "1299.00" → 129900."""
    return rounded(Decimal(amount).scaleb(2))


def money_set(cents: int) -> dict[str, dict[str, str]]:
    """The amount in the shop's and in the shopper's currency, which are one here."""
    money = {"amount": amount(cents), "currency_code": CURRENCY}
    return {"shop_money": money, "presentment_money": dict(money)}


def in_cents(money_set: dict) -> int:
    """The cents of a `…_set`, in the shop's currency."""
    return to_cents(money_set["shop_money"]["amount"])


def priced(name: str, cents: int) -> dict:
    """A price twice, as the platform gives it: `name` as text, `name_set` as money."""
    return {name: amount(cents), f"{name}_set": money_set(cents)}


def euros(cents: int) -> str:
    """The amount as a person reads it: 129900 → "€1,299.00"."""
    return f"€{Decimal(cents).scaleb(-2):,.2f}"

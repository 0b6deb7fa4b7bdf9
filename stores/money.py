"""Money as integers of minor units (cents, yen, fils): one function rounds, one multiplies by a rate."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from babel.numbers import format_currency, get_currency_precision, list_currencies

from stores.errors import BadAmount

BPS = 10_000
# PostgreSQL's bigint; an amount beyond it is a mistake in the source, not money.
LIMIT = 2**63 - 1


def is_currency(code: str) -> bool:
    """Whether `code` is an ISO 4217 currency, such as "EUR"."""
    return code in list_currencies()


def minor_digits(currency: str) -> int:
    """How many decimals the currency has: EUR 2, JPY 0, KWD 3 (CLDR, as ISO 4217)."""
    return get_currency_precision(currency)


def round_minor(amount: Decimal) -> int:
    """The whole number of minor units nearest to `amount` (in minor units), halves away from zero."""
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def share(amount_minor: int, rate_bps: int) -> int:
    """`rate_bps` hundredths of a percent of an amount, rounded; `share(-a, r) == -share(a, r)`."""
    return round_minor(Decimal(amount_minor) * rate_bps / BPS)


def to_minor(text: str | Decimal | int, currency: str) -> int:
    """Minor units of a decimal amount in major units: ("12.30", "EUR") → 1230, ("6850.00", "JPY") → 6850.

    Raises BadAmount for what is no finite number or no amount a ledger can hold.
    """
    try:
        amount = Decimal(text)
        minor = round_minor(amount.scaleb(minor_digits(currency)))
    except (InvalidOperation, ValueError, TypeError, OverflowError):
        raise BadAmount(f"“{text}” is not an amount of money.") from None
    if abs(minor) > LIMIT:
        raise BadAmount(f"“{text}” is larger than any amount of money that we can book.")
    return minor


def to_major(amount_minor: int, currency: str) -> Decimal:
    """The decimal amount in major units: (1230, "EUR") → Decimal("12.30")."""
    return Decimal(amount_minor).scaleb(-minor_digits(currency))


def format_money(amount_minor: int, currency: str, locale: str = "en") -> str:
    """The amount as a person reads it, in the currency's own decimals: (1230, "EUR") → "€12.30"."""
    return format_currency(to_major(amount_minor, currency), currency, locale=locale)

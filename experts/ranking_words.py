"""The sentences of the ranking: each with its numbers, short enough for one line of a list. Pure."""

NBSP = "\N{NO-BREAK SPACE}"

NO_EMAIL = "No e-mail address: cannot be invited"
NOTHING_BOUGHT = "Has not bought anything yet"
NOTHING_PAID = "Nothing in the orders was paid for"
ALL_RETURNED = "Everything bought was sent back"
ENGAGED = {"expert": "Is an expert already", "left": "Was an expert here and left"}


def purchases(days: int, *, tenure_days: int, since_days: int) -> str:
    """(14, 335, 21) → "Bought on 14 days over 11 months, last 3 weeks ago"."""
    over = f" over {span(tenure_days)}" if days > 1 else ""
    return f"Bought on {count(days, 'day')}{over}, last {ago(since_days)}"


def breadth(products: int, categories: int) -> str:
    """(23, 4) → "23 different products in 4 categories"; a store without categories says no more than it knows."""
    different = "1 product" if products == 1 else f"{products:,} different products"
    return f"{different} in {count(categories, 'category', 'categories')}" if categories else different


def reviews(written: int, votes: int) -> str:
    """(6, 41) → "Wrote 6 reviews that 41 people found helpful"."""
    helped = f" that {count(votes, 'person', 'people')} found helpful" if votes else ""
    return f"Wrote {count(written, 'review')}{helped}"


def spending(standing: float) -> str:
    """0.93 → "Spent more, after refunds, than 93 % of repeat customers"."""
    return f"Spent more, after refunds, than {percent(standing)} of repeat customers"


def returns(share: float) -> str:
    """0.31 → "Sent back 31 % of what was bought"."""
    return f"Sent back {percent(share)} of what was bought"


def lapsed(since_days: int) -> str:
    """213 → "Has not bought for 7 months"."""
    return f"Has not bought for {span(since_days)}"


def too_few_days(kept: int, bought: int) -> str:
    """(1, 1) → "Bought on one day only"; (1, 5) → "Kept goods of only 1 of 5 purchase days"."""
    return f"Kept goods of only {kept} of {bought} purchase days" if bought > 1 else "Bought on one day only"


def bulk_lines(units: float, usual: float) -> str:
    """(48, 1) → "Buys in bulk: typically 48 of a product, where 1 is usual"."""
    return f"Buys in bulk: typically {number(units)} of a product, where {number(usual)} is usual"


def bulk_orders(ratio: float, units: float) -> str:
    """(12.2, 640) → "Buys in bulk: typically 640 units an order, for 12 times what is usual"."""
    return f"Buys in bulk: typically {number(units)} units an order, for {number(ratio)} times what is usual"


def count(amount: int, one: str, many: str = "") -> str:
    """(1, "day") → "1 day", (14, "day") → "14 days"."""
    return f"{amount:,} {one if amount == 1 else many or one + 's'}"


def number(amount: float) -> str:
    """A median, rounded as people say it: 384.0 → "384", 1.5 → "1.5"."""
    return f"{amount:.0f}" if amount >= 10 or amount == int(amount) else f"{amount:.1f}"


def percent(share: float) -> str:
    """0.314 → "31 %"; never a whole hundred that is none."""
    whole = round(share * 100)
    return f"{99 if whole == 100 and share < 1 else whole}{NBSP}%"


def span(days: int) -> str:
    """How long, in the largest unit that still says something: 9 → "9 days", 21 → "3 weeks", 335 → "11 months"."""
    if days < 14:
        return count(days, "day")
    if days < 60:
        return count(days // 7, "week")
    return count(round(days / 30.44), "month") if days < 730 else count(days // 365, "year")


def ago(days: int) -> str:
    """0 → "today", 1 → "yesterday", 21 → "3 weeks ago"."""
    return ("today", "yesterday")[days] if days < 2 else f"{span(days)} ago"

"""Rules of an engagement that more than one floor goes by. Pure."""

# Left over after the return window, so that a return on its last day is still seen.
GRACE_DAYS = 3


def hold_days(*, return_window_days: int | None, terms_hold_days: int) -> int:
    """Days from an order to its payout: the store's return window and the grace; the terms' own where it is unknown."""
    return terms_hold_days if return_window_days is None else return_window_days + GRACE_DAYS

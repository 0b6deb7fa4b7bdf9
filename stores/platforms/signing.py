"""Comparing signatures."""

import hmac
from collections.abc import Iterable


def any_equal(given: Iterable[bytes], expected: list[bytes]) -> bool:
    """Whether a given signature is one of the expected: in constant time, whichever of them it is."""
    return sum(hmac.compare_digest(theirs, ours) for theirs in given for ours in expected) > 0

"""The decision on an order, and on what counts towards it: pure functions, versioned."""

from attribution.rules.canonical import canonical
from attribution.rules.last_reply import RULE, RULE_VERSION, decide
from attribution.rules.substance import is_substantive

__all__ = ["RULE", "RULE_VERSION", "canonical", "decide", "is_substantive"]

"""Verbs of attribution: what floors above tell it, and what an order leads to."""

from attribution.services.decisions import attribute_order
from attribution.services.touchpoints import record_touchpoint

__all__ = ["attribute_order", "record_touchpoint"]

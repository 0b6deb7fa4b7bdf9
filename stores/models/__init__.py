"""The tenant, its people, and what the store tells us."""

from stores.models.facts import Customer, Order, OrderLine, Product, Refund, RefundLine, Review
from stores.models.imports import Import, ImportRefusal, ImportRow
from stores.models.inbox import Delivery, PlatformConnection
from stores.models.people import AuditEvent, StoreMembership, User, Visitor
from stores.models.tenant import ApiKey, Store

__all__ = [
    "ApiKey",
    "AuditEvent",
    "Customer",
    "Delivery",
    "Import",
    "ImportRefusal",
    "ImportRow",
    "Order",
    "OrderLine",
    "PlatformConnection",
    "Product",
    "Refund",
    "RefundLine",
    "Review",
    "Store",
    "StoreMembership",
    "User",
    "Visitor",
]

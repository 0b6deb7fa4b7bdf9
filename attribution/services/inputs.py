"""What a decision is made from, gathered once and kept as canonical JSON beside its receipt.

E-mail addresses go in as digests: enough to compare people, and nothing to erase later.
"""

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from attribution.markers import Marker, read_marker
from attribution.models import Touchpoint
from attribution.rules import RULE, RULE_VERSION
from attribution.rules.canonical import stamp
from attribution.rules.identity import digest
from experts.models import Expert, Terms
from experts.services.terms import terms_in_force
from stores.errors import NotFound
from stores.models import Order, OrderLine, Product, Store, Visitor

# As far back as the longest window and, for the nearest miss, as long again; and a day after the order.
LOOK_BACK = dt.timedelta(days=60)
LOOK_AHEAD = dt.timedelta(days=1)
MOST_TOUCHPOINTS = 300

Json = dict[str, Any]


def gather_inputs(*, order: Order) -> Json:
    """Everything that `rules.decide` may know about an order. Caller is in the store's scope."""
    marker, note = read_marker(store_id=order.store_id, text=order.marker, at=order.placed_at)
    emails = [email for email in (order.email, order.customer.email if order.customer else "") if email]
    tellers = list(_tellers(emails))
    tied = {visitor.pk for visitor in tellers} | ({marker.visitor_id} if marker else set())
    touchpoints = _touchpoints(order, tied)
    terms = _terms_of(order.store, touchpoints)
    key = _key(order.store_id)
    return {
        "rule": RULE,
        "rule_version": RULE_VERSION,
        "order": {
            "id": str(order.pk),
            "placed_at": stamp(order.placed_at),
            "buyer": sorted({digest(email, key=key) for email in emails}),
            "lines": [_line(line) for line in order.lines.all()],
        },
        "marker": _marker(marker, note),
        "visitors": [_visitor(visitor, key) for visitor in tellers],
        "touchpoints": [_touchpoint(touch, terms[touch.pk]) for touch in touchpoints if touch.pk in terms],
        "experts": [_expert(expert, order, key) for expert in _experts(touchpoints)],
        "terms": [_terms(version) for version in {version.pk: version for version in terms.values()}.values()],
        "products": _titles(touchpoints),
    }


def _key(store_id: uuid.UUID) -> bytes:
    """The key of a store's digests: the same address in another store gives another digest."""
    return salted_hmac(f"peerside.buyer.{store_id.hex}", "", secret=settings.SECRET_KEY, algorithm="sha256").digest()


def _tellers(emails: list[str]) -> QuerySet[Visitor]:
    """Visitors who left one of the buyer's e-mail addresses in a conversation."""
    known = Visitor.objects.annotate(lower_email=Lower("email")).exclude(Q(email="") | Q(email_given_at=None))
    return known.filter(lower_email__in=[email.lower() for email in emails]).order_by("pk")


def _touchpoints(order: Order, visitor_ids: set[uuid.UUID]) -> list[Touchpoint]:
    around = (order.placed_at - LOOK_BACK, order.placed_at + LOOK_AHEAD)
    touchpoints = Touchpoint.objects.filter(visitor_id__in=visitor_ids, occurred_at__range=around)
    return list(touchpoints.order_by("-occurred_at", "-pk")[:MOST_TOUCHPOINTS])


def _terms_of(store: Store, touchpoints: list[Touchpoint]) -> dict[uuid.UUID, Terms]:
    """The terms in force at each touchpoint, newest first; those from before the first terms have none."""
    found: dict[uuid.UUID, Terms] = {}
    terms = None
    for touch in touchpoints:
        if terms is None or terms.effective_from > touch.occurred_at:
            try:
                terms = terms_in_force(store=store, at=touch.occurred_at)
            except NotFound:
                break
        found[touch.pk] = terms
    return found


def _experts(touchpoints: list[Touchpoint]) -> QuerySet[Expert]:
    ids = {touch.expert_id for touch in touchpoints}
    return Expert.objects.filter(pk__in=ids).select_related("user", "customer").order_by("pk")


def _titles(touchpoints: list[Touchpoint]) -> Json:
    skus = {sku for touch in touchpoints for sku in touch.skus}
    return dict(Product.objects.filter(sku__in=skus).values_list("sku", "title"))


def _line(line: OrderLine) -> Json:
    return {"id": str(line.pk), "sku": line.sku, "title": line.title}


def _marker(marker: Marker | None, note: str) -> Json:
    if marker is None:
        return {"visitor": None, "conversation": None, "signed_at": None, "note": note}
    return {
        "visitor": str(marker.visitor_id),
        "conversation": str(marker.conversation_id),
        "signed_at": stamp(marker.signed_at),
        "note": note,
    }


def _visitor(visitor: Visitor, key: bytes) -> Json:
    assert visitor.email_given_at is not None  # _tellers asks for it
    return {
        "id": str(visitor.pk),
        "email": digest(visitor.email, key=key),
        "email_given_at": stamp(visitor.email_given_at),
    }


def _touchpoint(touch: Touchpoint, terms: Terms) -> Json:
    return {
        "id": str(touch.pk),
        "visitor": str(touch.visitor_id),
        "expert": str(touch.expert_id),
        "conversation": str(touch.conversation_id),
        "occurred_at": stamp(touch.occurred_at),
        "is_two_sided": touch.is_two_sided,
        "skus": sorted(touch.skus),
        "terms": str(terms.pk),
    }


def _expert(expert: Expert, order: Order, key: bytes) -> Json:
    emails = {expert.user.email, expert.customer.email if expert.customer else ""} - {""}
    return {
        "id": str(expert.pk),
        "name": expert.display_name,
        "emails": sorted(digest(email, key=key) for email in emails),
        "is_customer": expert.customer_id is not None and expert.customer_id == order.customer_id,
    }


def _terms(terms: Terms) -> Json:
    return {"id": str(terms.pk), "version": terms.version, "window_days": terms.window_days}

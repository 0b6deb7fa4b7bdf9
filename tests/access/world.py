"""One object of every kind in each of two stores, for the permission table to knock at."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from attribution.markers import make_marker
from attribution.services import attribute_order
from chat.models import Conversation
from chat.pages import Page
from chat.services.claims import claim
from chat.services.conversations import start_conversation
from chat.services.messages import post_message
from experts.models import Candidate, Expert, Invitation, Terms
from payouts.models import Payout, PayoutRun
from storefront_widget.assets import PANEL
from stores.events import OrderEvent, OrderLineEvent
from stores.models import ApiKey, Import, Store, User, Visitor
from stores.models.facts import OrderSource
from stores.scope import store_scope
from stores.services.orders import apply_order_event
from tests.cast import Cast, make_cast, make_expert
from tests.tenancy.rows import row_of


@dataclass(frozen=True)
class World:
    """The cast, and the keyword arguments of addresses: of store A, of store B, and of nothing."""

    cast: Cast
    own: dict[str, Any]
    foreign: dict[str, Any]
    missing: dict[str, Any]


def make_world() -> World:
    """A store A whose objects are erik's, and a store B with the same kinds of objects."""
    cast = make_cast()
    with store_scope(cast.store_b.id):
        expert_b = make_expert(cast.store_b, Terms.objects.get(), "Olga", cast.now)
    own = furnish(cast.store_a, cast.erik, cast.visitor, cast.maya, cast.now)
    foreign = furnish(cast.store_b, expert_b, cast.visitor_b, cast.omar, cast.now)
    missing = {name: uuid.uuid4() if isinstance(value, uuid.UUID) else value for name, value in own.items()}
    missing |= {"slug": "no-such-store", "public_key": "pk_000000000000000000000000", "number": 999}
    return World(cast=cast, own=own, foreign=foreign, missing=missing)


def furnish(store: Store, expert: Expert, visitor: Visitor, owner: User, now: dt.datetime) -> dict[str, Any]:
    """Give a store one of everything; returns what its addresses are made of."""
    with store_scope(store.id):
        at = now - dt.timedelta(days=2)
        page = Page(url="https://shop.example/tent", title="Tent", sku="TENT")
        first = start_conversation(
            store=store, visitor=visitor, client_id=uuid.uuid4(), text="Does it hold in wind?", page=page, now=at
        )
        claim(expert=expert, conversation_id=first.conversation_id, now=at)
        words = "It stood a whole night on a ridge with gusts, use all the lines."
        post_message(author=expert, conversation_id=first.conversation_id, client_id=uuid.uuid4(), text=words, now=at)
        conversation = Conversation.objects.get(pk=first.conversation_id)
        order = apply_order_event(store=store, event=an_order(store, conversation, now), source=OrderSource.WEBHOOK)
        attribute_order(order=order, now=now)
        run = row_of(PayoutRun, store, number=1, created_by=owner, currency="EUR")
        payout = row_of(Payout, store, run=run, expert=expert, amount_minor=5)
        return {
            "slug": store.slug,
            "public_key": store.public_key,
            "platform": store.platform,
            "conversation_id": conversation.pk,
            "order_id": order.pk,
            "number": run.number,
            "payout_id": payout.pk,
            "key": "csv",
            "step": "sent",
            "expert_id": expert.pk,
            "year": now.year,
            "month": now.month,
            "key_id": ApiKey.objects.get().pk,
            "candidate_id": row_of(Candidate, store).pk,
            "invitation_id": row_of(Invitation, store, expires_at=now + dt.timedelta(days=1)).pk,
            "import_id": row_of(Import, store).pk,
            "token": "not-a-token",
            "digest": "0",
            "name": PANEL,
        }


def an_order(store: Store, conversation: Conversation, now: dt.datetime) -> OrderEvent:
    """A paid order of one tent, whose cart carried the conversation's marker."""
    marker = make_marker(
        store_id=store.pk,
        visitor_id=conversation.visitor_id,
        conversation_id=conversation.pk,
        now=conversation.started_at,
    )
    return OrderEvent(
        external_id="77001",
        number="#77001",
        status="paid",
        was_paid=True,
        is_test=False,
        has_tax_in_prices=True,
        currency=store.currency,
        total_minor=18900,
        email="somebody@mail.example",
        customer=None,
        marker=marker,
        placed_at=now - dt.timedelta(days=1),
        changed_at=now - dt.timedelta(days=1),
        lines=(OrderLineEvent("1", "TENT", "Tent", 1, 15492),),
    )

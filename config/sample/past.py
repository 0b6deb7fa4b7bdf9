"""Two months of the sample stores' past, lived through the services that serve the present, with dates passed in."""

import dataclasses
import datetime as dt
import random
import uuid

from attribution.markers import make_marker
from attribution.services import attribute_order
from chat.models import Conversation
from chat.pages import Page
from chat.services.claims import claim, close
from chat.services.conversations import start_conversation
from chat.services.messages import post_message
from chat.services.presence import open_lease
from chat.services.visitors import access_visitor, mint_visitor
from chat.services.waves import advance
from config.sample.facts import net
from config.sample.scripts import SCRIPTS, UNANSWERED, Turn
from experts.models import Expert
from payouts.services.methods import set_bank_details, set_payout_method
from payouts.services.payouts import take_step
from payouts.services.runs import create_run, plan_run
from stores.events import OrderEvent, OrderLineEvent, RefundEvent, RefundLineEvent
from stores.models import Order, Product, Store, User, Visitor
from stores.models.facts import OrderSource, OrderStatus
from stores.services.orders import apply_order_event

DAYS = 58
STORE_IBAN = "DE02120300000000202051"


class Past:
    """A store's two months: conversations, the orders that followed some of them, a payout run."""

    def __init__(
        self, store: Store, products: dict[str, Product], experts: list[Expert], *, seed: int, now: dt.datetime
    ) -> None:
        self.store = store
        self.now = now
        self.products = products
        self.experts = experts
        self.dice = random.Random(seed)
        self.number = 0

    def live(self, *, conversations: int) -> None:
        """Play `conversations` conversations over the last DAYS days; about half of them end in an order."""
        now = self.now
        scripts = [script for script in SCRIPTS if script[0] in self.products] or [self._plain_script()]
        for index in range(conversations):
            day = now - dt.timedelta(days=DAYS * (conversations - index) / conversations)
            at = day.replace(hour=self.dice.randint(8, 20), minute=self.dice.randint(0, 59))
            if at > now - dt.timedelta(hours=3):
                at = day
            sku, turns = scripts[index % len(scripts)]
            self._converse(at, sku, turns)
        for hours, (sku, text) in enumerate(UNANSWERED):
            if sku in self.products:
                self._wait_in_vain(now - dt.timedelta(hours=30 + 20 * hours), sku, text)
        for index in range(conversations // 3):
            # Most orders of a shop follow no conversation at all, and say so in their receipt.
            at = now - dt.timedelta(days=DAYS * (index + 0.5) / (conversations // 3))
            self._order_arrives([self.dice.choice(sorted(self.products))], "", at)

    def _plain_script(self) -> tuple[str, tuple[Turn, ...]]:
        sku = min(self.products)
        return sku, (
            ("shopper", "How long do you let it steep?"),
            ("expert", "Two minutes at 70 degrees for the first cup, three for the second. Longer makes it bitter."),
            ("shopper", "Thank you, that was my mistake then."),
        )

    def _begin(self, at: dt.datetime, sku: str, text: str) -> tuple[Visitor, Conversation]:
        product = self.products[sku]
        visitor = access_visitor(token=mint_visitor(store=self.store, origin=self.store.allowed_origins[0], now=at))
        page = Page(url=product.url, title=product.title, sku=sku)
        event = start_conversation(
            store=self.store, visitor=visitor, client_id=self._id(), text=text, page=page, now=at
        )
        return visitor, Conversation.objects.get(pk=event.conversation_id)

    def _converse(self, at: dt.datetime, sku: str, turns: tuple[Turn, ...]) -> None:
        expert = self.dice.choice(self.experts)
        open_lease(expert=expert, connection_id=self._id(), now=at - dt.timedelta(seconds=5))
        visitor, conversation = self._begin(at, sku, turns[0][1])
        at += dt.timedelta(seconds=self.dice.randint(4, 40))
        claim(expert=expert, conversation_id=conversation.pk, now=at)
        for speaker, text in turns[1:]:
            at += dt.timedelta(seconds=self.dice.randint(15, 90))
            author = expert if speaker == "expert" else visitor
            post_message(author=author, conversation_id=conversation.pk, client_id=self._id(), text=text, now=at)
        self._buy(visitor, conversation, sku, at)
        close(expert=expert, conversation_id=conversation.pk, now=at + dt.timedelta(minutes=2))

    def _wait_in_vain(self, at: dt.datetime, sku: str, text: str) -> None:
        """A question that nobody took: every wave passes, and the promise is made."""
        _, conversation = self._begin(at, sku, text)
        for _ in range(4):
            at += dt.timedelta(seconds=31)
            advance(conversation_id=conversation.pk, now=at)

    def _buy(self, visitor: Visitor, conversation: Conversation, sku: str, at: dt.datetime) -> None:
        """What came of it: nothing, the product discussed, another one instead, or an order long after the window."""
        luck, other = self.dice.random(), self.dice.choice(sorted(set(self.products) - {sku}))
        wait = dt.timedelta(minutes=self.dice.randint(3, 150))
        if luck < 0.35:
            skus = [sku]
        elif luck < 0.50:
            skus = [sku, other]
        elif luck < 0.58:
            skus = [other]
        elif luck < 0.62:
            skus, wait = [sku], dt.timedelta(days=9)
        else:
            return
        marker = make_marker(
            store_id=self.store.pk, visitor_id=visitor.pk, conversation_id=conversation.pk, now=conversation.started_at
        )
        if at + wait < self.now:
            self._order_arrives(skus, marker, at + wait)

    def _order_arrives(self, skus: list[str], marker: str, at: dt.datetime) -> None:
        event = self._order(skus, marker, at)
        order = apply_order_event(store=self.store, event=event, source=OrderSource.WEBHOOK)
        attribute_order(order=order, now=at + dt.timedelta(seconds=1))
        if self.dice.random() < 0.06 and at + dt.timedelta(days=5) < self.now:
            self._send_back(order, event, at + dt.timedelta(days=5))

    def _order(self, skus: list[str], marker: str, at: dt.datetime) -> OrderEvent:
        self.number += 1
        prices = [self.products[sku].price_minor or 0 for sku in skus]
        return OrderEvent(
            external_id=f"W{900_000 + self.number}",
            number=f"#{9000 + self.number}",
            status=OrderStatus.PAID,
            was_paid=True,
            is_test=False,
            has_tax_in_prices=True,
            currency=self.store.currency,
            total_minor=sum(prices),
            email=f"shopper-{self.number}@mail.example",
            customer=None,
            marker=marker,
            placed_at=at,
            changed_at=at,
            lines=tuple(
                OrderLineEvent(str(position), sku, self.products[sku].title, 1, net(price))
                for position, (sku, price) in enumerate(zip(skus, prices, strict=True))
            ),
        )

    def _send_back(self, order: Order, event: OrderEvent, at: dt.datetime) -> None:
        """The first line goes back whole; the shop tells it inside the order's body."""
        line, price = event.lines[0], self.products[event.lines[0].sku].price_minor or 0
        part = RefundLineEvent(line.external_id, 1, price, price - line.amount_minor)
        refund = RefundEvent("R" + event.external_id, event.external_id, at, (part,))
        told = dataclasses.replace(event, changed_at=at, refunds=(refund,))
        apply_order_event(store=self.store, event=told, source=OrderSource.WEBHOOK)
        attribute_order(order=order, now=at)

    def _id(self) -> uuid.UUID:
        return uuid.UUID(int=self.dice.getrandbits(128), version=4)


def settle_accounts(*, store: Store, owner: User, ibans: dict[Expert, str], now: dt.datetime) -> None:
    """Bank accounts for everybody, and a run three weeks ago that paid what had cleared by then."""
    begun = now - dt.timedelta(days=90)
    set_bank_details(store=store, user=owner, holder=f"{store.name} GmbH", iban=STORE_IBAN, bic="", now=begun)
    for expert, iban in ibans.items():
        set_payout_method(expert=expert, user=expert.user, holder=expert.user.name, iban=iban, bic="", now=begun)
    decided = now - dt.timedelta(days=20)
    plan = plan_run(store=store, now=decided)
    if plan.due:
        run = create_run(store=store, user=owner, expected=plan.fingerprint, now=decided)
        take_step(run=run, step="sent", user=owner, now=decided + dt.timedelta(hours=1))
        take_step(run=run, step="paid", user=owner, now=decided + dt.timedelta(days=1))

"""A shop's pages and the widget's origin in one browser, without any network: every request is answered here.

The widget's own pages and the HTTP doors of the chat are the real ones, asked through Django's test client. A socket is
played with them too: each frame becomes the request of its HTTP twin, and `ring` tells open sockets what is new.
"""

import datetime as dt
import json
import mimetypes
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, Request, Route, WebSocketRoute

from chat import services
from chat.models import Conversation
from experts.models import Expert
from stores.models import Customer, Order, OrderLine, Store
from stores.scope import store_scope
from tests.cast import SHOP_ORIGIN

# On the shop's own site, though not its origin: Playwright's Chromium refuses storage to frames of other sites.
WIDGET = "https://widget.shop.example"
STUB = (
    "<script>window.peerside = window.peerside || "
    "function () { (peerside.q = peerside.q || []).push(arguments) }</script>"
)
PRODUCT = {"@context": "https://schema.org", "@type": "Product", "sku": "CYC-001", "name": "Gravel Bike 40"}
PLAIN = "<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport content='width=device-width'>"
# No cookie is ever set on it, so that one is enough.
CLIENT = Client()


def snippet(store: Store) -> str:
    """What a store pastes into its pages."""
    return f'<script async src="{WIDGET}/w/{store.public_key}.js"></script>'


def product_page(store: Store, *, head: str = "", body: str = "<h1>Gravel Bike 40</h1>") -> str:
    """A product's page with the snippet on it."""
    described = f'<script type="application/ld+json">{json.dumps(PRODUCT)}</script>'
    return (
        f"{PLAIN}<title>Gravel Bike 40</title>{described}{head}</head><body>{body}{STUB}{snippet(store)}</body></html>"
    )


@dataclass
class Shop:
    """`pages` are the shop's, by path, each HTML with headers."""

    context: BrowserContext
    store: Store
    pages: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
    # Whether the chat answers at all, and whether it answers sockets.
    is_reachable: bool = True
    has_sockets: bool = True
    requests: list[str] = field(default_factory=list)
    sockets: list["Socket"] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def open(self) -> None:
        """Answer whatever the browser asks for from now on."""
        self.pages.setdefault("/bike", (product_page(self.store), {}))
        self.context.route("**/*", self.answer)
        self.context.route_web_socket("**/*", self.connect)
        self.context.on("weberror", lambda error: self.errors.append(f"{error.error} {error.error.stack}"))

    def visit(self, path: str = "/bike", page: Page | None = None) -> Page:
        page = page or self.context.new_page()
        page.goto(SHOP_ORIGIN + path)
        return page

    def answer(self, route: Route, request: Request) -> None:
        address = urlsplit(request.url)
        origin, path = f"{address.scheme}://{address.netloc}", address.path
        self.requests.append(f"{request.method} {request.url}")
        if origin == WIDGET and path.startswith("/static/"):
            return serve_static(route, path)
        if origin == WIDGET and "/api/" in path and not self.is_reachable:
            return route.abort("internetdisconnected")
        if origin == WIDGET:
            return self.pass_on(route, request, path + (f"?{address.query}" if address.query else ""))
        html, headers = self.pages.get(path, ("", {}))
        status = 200 if html else 404
        return route.fulfill(status=status, body=html, headers={"content-type": "text/html; charset=utf-8", **headers})

    # Assets are the same for every test.
    kept: ClassVar[dict[str, tuple[bytes, dict[str, str]]]] = {}

    def pass_on(self, route: Route, request: Request, path: str) -> None:
        """Have Django answer."""
        if path in self.kept:
            body, headers = self.kept[path]
            return route.fulfill(body=body, headers=headers)
        kept = {name: value for name, value in request.headers.items() if name in ("authorization", "accept", "origin")}
        sent = request.post_data_buffer or b""
        answer = CLIENT.generic(request.method, path, sent, content_type="application/json", headers=kept)
        if "/assets/" in path and answer.status_code == 200:
            self.kept[path] = answer.content, dict(answer.headers)
        return route.fulfill(status=answer.status_code, body=answer.content, headers=dict(answer.headers))

    def connect(self, route: WebSocketRoute) -> None:
        if not self.is_reachable or not self.has_sockets:
            route.close(code=1011)
            return
        self.sockets.append(Socket(self, route))

    def cut(self) -> None:
        """The line is gone, and nobody says so to the browser's sockets but their end."""
        self.is_reachable = False
        for socket in self.sockets:
            socket.route.close(code=1011)
        self.sockets.clear()

    def mend(self) -> None:
        self.is_reachable = True

    def ring(self) -> None:
        """Tell open sockets what is new."""
        for socket in self.sockets:
            socket.tell()

    # What the other side does.

    def conversation(self) -> Conversation:
        """The newest conversation of the store."""
        with store_scope(self.store.id):
            return Conversation.objects.select_related("store").order_by("-started_at")[:1].get()

    def claim(self, expert: Expert) -> None:
        with store_scope(self.store.id):
            services.claim(expert=expert, conversation_id=self.conversation().pk, now=timezone.now())
        self.ring()

    def reply(self, expert: Expert, text: str) -> None:
        with store_scope(self.store.id):
            services.post_message(
                author=expert,
                conversation_id=self.conversation().pk,
                client_id=uuid.uuid4(),
                text=text,
                now=timezone.now(),
            )
        self.ring()

    def close(self, expert: Expert) -> None:
        with store_scope(self.store.id):
            services.close(expert=expert, conversation_id=self.conversation().pk, now=timezone.now())
        self.ring()

    def said(self) -> list[str]:
        """The texts of the newest conversation's messages, in order."""
        with store_scope(self.store.id):
            events = self.conversation().events.filter(kind="message").order_by("seq")
            return list(events.values_list("text", flat=True))


def buy(expert: Expert, *articles: tuple[str, str], now: dt.datetime) -> None:
    """The expert's own paid order of (sku, title)s, half a year ago. Caller is in her store's scope."""
    placed_at = now - dt.timedelta(days=180)
    if not expert.customer_id:
        expert.customer = Customer.objects.create(store=expert.store, external_id=f"c-{expert.pk}")
        expert.save(update_fields=["customer"])
    order = Order.objects.create(
        store=expert.store,
        external_id=f"o-{uuid.uuid4()}",
        number="#1",
        customer=expert.customer,
        status="paid",
        was_paid=True,
        source="import",
        currency="EUR",
        goods_minor=0,
        total_minor=0,
        placed_at=placed_at,
        changed_at=placed_at,
    )
    for position, (sku, title) in enumerate(articles):
        OrderLine.objects.create(
            store=expert.store,
            order=order,
            external_id=str(position),
            sku=sku,
            title=title,
            quantity=1,
            amount_minor=0,
            position=position,
        )


class Socket:
    """The server's end of one socket."""

    def __init__(self, shop: Shop, route: WebSocketRoute) -> None:
        self.shop = shop
        self.route = route
        self.token = ""
        self.told: dict[str, int] = {}
        self.base = urlsplit(route.url).path.replace("/ws/widget/", "/w/") + "api/"
        route.on_message(self.take)

    def take(self, message: str | bytes) -> None:
        frame: dict[str, Any] = json.loads(message)
        kind = frame.pop("type")
        if not self.shop.is_reachable:
            return
        if kind == "hello":
            self.token = frame["token"]
            return self.greet()
        if kind == "ping":
            return self.say({"type": "pong"})
        conversation = f"conversations/{frame.get('conversation')}/"
        match kind:
            case "start":
                status, answer = self.ask("POST", "conversation/", frame)
            case "catch_up":
                status, answer = self.ask("GET", f"{conversation}events/?after={frame['after']}")
            case "message":
                status, answer = self.ask("POST", f"{conversation}messages/", frame)
            case _:
                status, answer = self.ask("POST", f"{conversation}{kind}/", frame)
        if status >= 400:
            error = {"code": answer["code"], "message": answer["title"], "is_permanent": status != 429}
            return self.say({"type": "error", "for": kind, "client_id": frame.get("client_id"), **error})
        types = {"start": "ack", "message": "ack", "catch_up": "events"}
        if kind in types:
            self.say({"type": types[kind], **answer})
        if answer.get("marker"):
            self.say({"type": "marker", "marker": answer["marker"]})
        self.tell()

    def greet(self) -> None:
        status, state = self.ask("GET", "conversation/")
        if status == 401:
            return self.route.close(code=4401)
        if state["conversation"]:
            self.told[state["conversation"]["id"]] = state["conversation"]["last_seq"]
        self.say({"type": "welcome", "v": 1, "heartbeat_s": 25, **state})

    def tell(self) -> None:
        """Send the events that this socket has not been told of, and the conversation as it is."""
        if not self.token:
            return
        conversation = self.ask("GET", "conversation/")[1]["conversation"]
        if not conversation:
            return
        id, known = conversation["id"], self.told.get(conversation["id"], 0)
        if conversation["last_seq"] > known:
            events = self.ask("GET", f"conversations/{id}/events/?after={known}")[1]
            self.told[id] = conversation["last_seq"]
            self.say({"type": "events", **events})
            self.say({"type": "conversation", "conversation": conversation})

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        answer = CLIENT.generic(
            method,
            self.base + path,
            json.dumps(body or {}),
            content_type="application/json",
            headers={"authorization": f"Bearer {self.token}"},
        )
        return answer.status_code, answer.json()

    def say(self, frame: dict[str, Any]) -> None:
        self.route.send(json.dumps(frame))


def serve_static(route: Route, path: str) -> None:
    file = finders.find(path.removeprefix("/static/"))
    assert isinstance(file, str), path
    route.fulfill(body=Path(file).read_bytes(), headers={"content-type": mimetypes.guess_type(file)[0] or ""})

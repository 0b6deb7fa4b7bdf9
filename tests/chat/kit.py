"""Real sockets: one server for all tests here, and a small client that reads until it has what it waits for."""

import asyncio
import contextlib
import datetime as dt
import json
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.test import Client
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from chat import services
from chat.models import Conversation, ConversationEvent
from chat.pages import Page
from chat.services.presence import renew_lease
from chat.sockets import websocket_urlpatterns
from experts.models import Expert
from stores.models import Store, Visitor
from stores.scope import store_scope
from tests.cast import SHOP_ORIGIN, Cast

SITE = settings.SITE_URL
PATIENCE = 10.0
TENT = Page(url=f"{SHOP_ORIGIN}/p/tent", title="Alder 2 tent", sku="TENT-2")
Frame = dict[str, Any]


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a server that serves our sockets and nothing else."""
    application = ProtocolTypeRouter({"websocket": URLRouter(websocket_urlpatterns)})
    config = uvicorn.Config(application, log_level="error", ws="websockets-sansio", lifespan="off")
    instance = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=lambda: asyncio.run(instance.serve([listener])), daemon=True)
        thread.start()
        yield f"ws://127.0.0.1:{listener.getsockname()[1]}"
        instance.should_exit = True
        thread.join(PATIENCE)


@dataclass
class Wire:
    """One end of a socket, with every frame that it has `seen` and the events that it has `applied`."""

    link: ClientConnection
    seen: list[Frame] = field(default_factory=list)
    applied: dict[str, list[Frame]] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)

    def send(self, type: str, **fields: Any) -> None:
        self.link.send(json.dumps({"type": type, **fields}))

    def next(self) -> Frame:
        """The next frame, whatever it is."""
        frame = json.loads(self.link.recv(timeout=PATIENCE))
        self.seen.append(frame)
        if frame["type"] == "events":
            self._apply(frame["conversation"], frame["events"], frame["last_seq"])
        return frame

    def until(self, type: str, fits: Callable[[Frame], bool] = lambda frame: True) -> Frame:
        """The next frame of a type."""
        while True:
            frame = self.next()
            if frame["type"] == type and fits(frame):
                return frame

    def ask(self, type: str, **fields: Any) -> Frame:
        """What a frame is answered with: an error, or whatever comes next before the answer to a ping."""
        self.send(type, **fields)
        self.send("ping")
        answers = []
        while (frame := self.next())["type"] != "pong":
            answers.append(frame)
        errors = [frame for frame in answers if frame["type"] == "error"]
        return (errors or answers)[0]

    def close_code(self) -> int:
        """The code with which the server closes."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                self.next()
        return self.link.close_code or 0

    def code_unless(self, type: str) -> int:
        """0 once a frame of the type has come, else the code with which the server closes before."""
        with contextlib.suppress(ConnectionClosed):
            self.until(type)
            return 0
        return self.link.close_code or 0

    def events(self, conversation: str, up_to: int) -> list[Frame]:
        """The first `up_to` events of a conversation, reading on until they are there."""
        while len(self.applied.get(conversation, [])) < up_to:
            self.next()
        return self.applied[conversation][:up_to]

    def _apply(self, conversation: str, events: list[Frame], last_seq: int) -> None:
        """As every client does: only the next number counts, and what is missing is asked for, once."""
        applied = self.applied.setdefault(conversation, [])
        for event in events:
            if event["seq"] == len(applied) + 1:
                applied.append(event)
        if len(applied) < last_seq and self.asked.get(conversation) != len(applied):
            self.asked[conversation] = len(applied)
            self.send("catch_up", conversation=conversation, after=len(applied))


@dataclass
class Chat:
    """The cast's store A with sockets, and services called as the doors call them."""

    cast: Cast
    server: str
    wires: contextlib.ExitStack

    @property
    def store(self) -> Store:
        return self.cast.store_a

    def dial(self, path: str, *, origin: str | None = SITE, cookie: str = "") -> Wire:
        """A socket that has not said hello."""
        headers = {name: value for name, value in (("Origin", origin), ("Cookie", cookie)) if value}
        link = connect(self.server + path, additional_headers=headers, max_size=None, compression=None)
        return Wire(self.wires.enter_context(link))

    def path(self, conversation: Conversation | str, what: str = "messages/") -> str:
        """An address of the visitor's HTTP side."""
        key = conversation if isinstance(conversation, str) else str(conversation.pk)
        return f"/w/{self.store.public_key}/api/conversations/{key}/{what}"

    def widget(self, token: str = "", *, store: Store | None = None) -> Wire:
        """The shopper's socket, greeted; its welcome is `seen[0]`."""
        wire = self.dial(f"/ws/widget/{(store or self.store).public_key}/")
        wire.send("hello", v=1, token=token or self.cast.visitor_token)
        assert wire.next()["type"] == "welcome"
        return wire

    def console(self, client: Client) -> Wire:
        """An expert's socket, greeted."""
        wire = self.dial("/ws/console/", cookie=cookie_of(client))
        wire.send("hello", v=1, ticket=ticket_of(client))
        assert wire.next()["type"] == "welcome"
        return wire

    def available(self, *experts: Expert, at: dt.datetime | None = None) -> None:
        """Experts who say that they are available and have a live console at that moment."""
        for expert in experts:
            with store_scope(expert.store_id):
                services.change_availability(expert=expert, is_available=True, now=at or self.cast.now)
                renew_lease(expert=expert, connection_id=uuid.uuid4(), now=at or self.cast.now)

    def start(
        self,
        text: str = "Is it dry inside?",
        *,
        visitor: Visitor | None = None,
        page: Page = TENT,
        at: dt.datetime | None = None,
    ) -> Conversation:
        """A conversation that the visitor (of store A) has just begun."""
        visitor = visitor or self.cast.visitor
        with store_scope(visitor.store_id):
            return services.start_conversation(
                store=visitor.store,
                visitor=visitor,
                client_id=uuid.uuid4(),
                text=text,
                page=page,
                now=at or self.cast.now,
            ).conversation

    def claimed(self, expert: Expert | None = None, **start: Any) -> Conversation:
        """A conversation that an expert has claimed."""
        conversation = self.start(**start)
        self.claim(conversation, expert or self.cast.erik)
        return conversation

    def claim(self, conversation: Conversation, expert: Expert) -> None:
        with store_scope(expert.store_id):
            services.claim(expert=expert, conversation_id=conversation.pk, now=self.cast.now)

    def post(
        self,
        conversation: Conversation,
        text: str,
        *,
        author: Visitor | Expert | None = None,
        client_id: uuid.UUID | None = None,
    ) -> ConversationEvent:
        author = author or self.cast.visitor
        with store_scope(conversation.store_id):
            return services.post_message(
                author=author,
                conversation_id=conversation.pk,
                client_id=client_id or uuid.uuid4(),
                text=text,
                now=self.cast.now,
            )

    def row(self, conversation: Conversation) -> Conversation:
        """The conversation as it is in the database now."""
        with store_scope(conversation.store_id):
            return Conversation.objects.select_related("expert").get(pk=conversation.pk)

    def row_of(self, conversation_id: str) -> Conversation:
        """The conversation of store A with an id that came over the wire."""
        with store_scope(self.store.pk):
            return Conversation.objects.select_related("expert").get(pk=conversation_id)

    def rows(self, conversation: Conversation) -> list[ConversationEvent]:
        """Its events."""
        with store_scope(conversation.store_id):
            return list(ConversationEvent.objects.filter(conversation=conversation).order_by("seq"))

    def told(self, conversation: Conversation) -> list[tuple[int, str, str]]:
        """Its events as (seq, kind, text)."""
        return [(event.seq, event.kind, event.text) for event in self.rows(conversation)]


@pytest.fixture
def chat(cast: Cast, server: str) -> Iterator[Chat]:
    with contextlib.ExitStack() as wires:
        yield Chat(cast, server, wires)


def cookie_of(client: Client) -> str:
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def ticket_of(client: Client) -> str:
    return client.post("/console/api/ticket/").json()["ticket"]


def new_id() -> str:
    return str(uuid.uuid4())

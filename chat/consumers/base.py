"""What both sockets share: the way in, frames and their limits, errors, the pulse."""

import asyncio
import json
import logging
import time
from collections.abc import Coroutine
from typing import Any, ClassVar

from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import Error as DatabaseError

from chat.consumers.ear import Ear, Rings
from chat.frames import VERSION, Body
from chat.limits import FLOOD_FRAMES, FRAMES, Window
from chat.shapes import Json
from stores.errors import BadInput, NotAuthentic, Refusal, TooLarge, TooMany

logger = logging.getLogger(__name__)

HELLO_SECONDS = 10
HEARTBEAT_SECONDS = 25
# How often a socket that hears no rings looks into the database by itself.
DEAF_SECONDS = 3
# A reader who takes longer than this for one frame is let go; he comes back and catches up.
SEND_SECONDS = 10

TOO_LARGE, SERVER_ERROR = 1009, 1011
BAD_FRAME, NOT_AUTHENTIC, BAD_ORIGIN, TOO_SLOW, FLOOD = 4400, 4401, 4403, 4408, 4429


class HangUp(Exception):
    """Closes the socket with a code of docs/protocol.md."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class ConversationConsumer(AsyncWebsocketConsumer):
    """A socket that says hello, then sends frames, and hears what changes.

    Two coroutines work for it: one answers its frames in their order, one (`_keep_pulse`) tells it of changes and sends
    heartbeats. Subclasses say who it is (`greet`), what a frame does (`answer`) and what is new (`tell`).
    """

    # The layer is only a doorbell, with an Ear of its own, so that sockets work while Redis does not.
    channel_layer_alias: ClassVar[Any] = None

    ear: Ear | None = None

    def allowed_origin(self) -> str:
        raise NotImplementedError

    async def greet(self, body: Body) -> Json:
        """Find out who this is, start listening (`self.listen`), and return the welcome; raises NotAuthentic."""
        raise NotImplementedError

    async def answer(self, body: Body) -> None:
        """Do what a frame asks and say what answers it; raises Refusal, or HangUp for an unknown type."""
        raise NotImplementedError

    async def tell(self, rings: Rings, *, is_heartbeat: bool) -> None:
        """Say what is new in the database; with `is_heartbeat` look at rights and at everything."""
        raise NotImplementedError

    async def dispatch(self, message: dict[str, Any]) -> None:
        # Not Channels' own, which looks after the database connections of a thread that has none.
        await getattr(self, message["type"].replace(".", "_"))(message)

    async def connect(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []
        self._window = Window()
        self._is_greeted = False
        self._is_closing = False
        origins = [value.decode("latin-1") for name, value in self.scope["headers"] if name == b"origin"]
        if origins != [self.allowed_origin()]:
            await self.close(BAD_ORIGIN)
            return
        await self.accept()
        self._run(self._await_hello())

    async def disconnect(self, code: int) -> None:
        self._is_closing = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if not self._is_closing:
            await self._guarded(self._take(text_data))

    async def say(self, frame: Json) -> None:
        """Send a frame; raises HangUp when the other side does not read."""
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self.send(text_data=json.dumps(frame, separators=(",", ":")))
        except TimeoutError:
            raise HangUp(TOO_SLOW) from None

    async def listen(self, ear: Ear) -> None:
        """Join the groups before the snapshot is read, so that nothing falls between the two."""
        self.ear = ear
        self._run(ear.listen())
        await ear.is_settled.wait()

    async def _take(self, text: str | None) -> None:
        body = self._parse(text)
        count = self._window.count(time.monotonic())
        if count >= FLOOD_FRAMES:
            raise HangUp(FLOOD)
        if not self._is_greeted:
            await self._greet(body)
            return
        try:
            if count > FRAMES:
                raise TooMany()
            if body.type == "ping":
                await self.say({"type": "pong"})
            else:
                await self.answer(body)
        except NotAuthentic:
            # Not a refusal of this frame but of this client: rights have ended since it said hello.
            raise
        except Refusal as refusal:
            await self.say(error_frame(refusal, body))

    def _parse(self, text: str | None) -> Body:
        try:
            if text is None:
                raise BadInput("Frames are text.")
            return Body.parse(text)
        except TooLarge:
            raise HangUp(TOO_LARGE) from None
        except BadInput:
            raise HangUp(BAD_FRAME) from None

    async def _greet(self, body: Body) -> None:
        if body.type != "hello" or not body.is_current_version:
            raise HangUp(BAD_FRAME)
        welcome = await self.greet(body)
        self._is_greeted = True
        await self.say({"type": "welcome", "v": VERSION, "heartbeat_s": HEARTBEAT_SECONDS, **welcome})
        self._run(self._keep_pulse())

    async def _await_hello(self) -> None:
        await asyncio.sleep(HELLO_SECONDS)
        if not self._is_greeted:
            raise HangUp(NOT_AUTHENTIC)

    async def _keep_pulse(self) -> None:
        assert self.ear is not None
        next_beat = time.monotonic() + HEARTBEAT_SECONDS
        while True:
            pause = max(0.0, next_beat - time.monotonic())
            try:
                async with asyncio.timeout(min(pause, DEAF_SECONDS) if self.ear.is_deaf else pause):
                    await self.ear.rang.wait()
            except TimeoutError:
                pass
            is_heartbeat = time.monotonic() >= next_beat
            await self.tell(self.ear.take(), is_heartbeat=is_heartbeat)
            if is_heartbeat:
                next_beat = time.monotonic() + HEARTBEAT_SECONDS

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.create_task(self._guarded(work)))

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """Do some of the socket's work; whatever goes wrong ends in a close code that tells the client what to do."""
        try:
            await work
        except HangUp as hang_up:
            await self._hang_up(hang_up.code)
        except NotAuthentic:
            await self._hang_up(NOT_AUTHENTIC)
        except DatabaseError as error:
            logger.warning("A socket lost the database and was closed: %s", error)
            await self._hang_up(SERVER_ERROR)
        except OSError:
            # The client is gone; its disconnect is on the way.
            self._is_closing = True
        except Exception:
            logger.exception("A socket was closed by an error of ours.")
            await self._hang_up(SERVER_ERROR)

    async def _hang_up(self, code: int) -> None:
        if self._is_closing:
            return
        self._is_closing = True
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self.close(code)
        except OSError:
            pass


def error_frame(refusal: Refusal, body: Body) -> Json:
    """A refusal as a frame. Only haste passes by itself; everything else is refused again."""
    return {
        "type": "error",
        "for": body.type[:20],
        "code": refusal.code,
        "message": refusal.message,
        "is_permanent": not isinstance(refusal, TooMany),
        **body.echo(),
    }

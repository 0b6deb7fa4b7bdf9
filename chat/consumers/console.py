"""The expert's socket: one for all stores that she advises."""

import asyncio
import uuid
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeVar

from django.conf import settings
from django.http.cookie import parse_cookie
from django.utils import timezone

from chat import services
from chat.actions import expert as actions
from chat.consumers.base import BAD_FRAME, ConversationConsumer, HangUp
from chat.consumers.database import in_store, outside_stores
from chat.consumers.ear import Ear, Rings
from chat.consumers.widget import heartbeat_frame
from chat.frames import Body
from chat.live import group_name
from chat.origins import origin_of
from chat.services.changes import as_active, expert_changes
from chat.services.presence import open_lease, renew_lease
from chat.services.tickets import read_ticket, session_user
from chat.shapes import Json
from experts.models import Expert, ExpertState
from experts.services.experts import experts_of
from stores.errors import NotAuthentic, NotFound

T = TypeVar("T")


class ConsoleConsumer(ConversationConsumer):
    """One tab of an expert. It needs the session's cookie and a ticket that this session fetched.

    A scope is one store's: everything here is by store, and each store is asked by itself.
    """

    session_key: str
    user_id: uuid.UUID
    connection_id: uuid.UUID
    experts: dict[uuid.UUID, Expert]
    # How far this client has been told, per conversation.
    told: dict[uuid.UUID, dict[uuid.UUID, int]]
    inboxes: dict[uuid.UUID, Json]
    said_inbox: Json

    def allowed_origin(self) -> str:
        return origin_of(settings.SITE_URL)

    async def greet(self, body: Body) -> Json:
        self.session_key = self._session_key()
        ticket = await outside_stores(read_ticket, ticket=body.secret("ticket"), session_key=self.session_key)
        self.user_id, self.connection_id = ticket.user.pk, ticket.connection_id
        engagements = await outside_stores(experts_of, ticket.user)
        self.experts = {one.store_id: one for one in engagements if one.state == ExpertState.ACTIVE}
        if not self.experts:
            raise NotAuthentic()
        for store_id in self.experts:
            await self._as_expert(store_id, open_lease, connection_id=self.connection_id, now=timezone.now())
        await self.listen(Ear(self.experts, self._groups()))
        self._inbox_lock = asyncio.Lock()
        self.inboxes = {store_id: await self._read_inbox(store_id) for store_id in self.experts}
        self.told = {
            store_id: {uuid.UUID(conversation["id"]): conversation["last_seq"] for conversation in inbox["mine"]}
            for store_id, inbox in self.inboxes.items()
        }
        self.said_inbox = services.merge_inboxes(self.inboxes.values())
        return {"inbox": self.said_inbox}

    async def answer(self, body: Body) -> None:
        if body.type == "availability":
            for store_id in self.experts:
                await self._act(store_id, actions.availability, body)
            await self._say_inbox(self.experts, is_asked_for=True)
            return
        if body.type not in actions.ACTIONS:
            raise HangUp(BAD_FRAME)
        action, answer_type, changes_inbox = actions.ACTIONS[body.type]
        store_id, answer = await self._find_and_act(action, body)
        if answer_type:
            await self.say({"type": answer_type, **answer})
        if changes_inbox:
            await self._say_inbox([store_id], is_asked_for=True)

    async def tell(self, rings: Rings, *, is_heartbeat: bool) -> None:
        if is_heartbeat:
            await self._prove_presence()
        for store_id, told in list(self.told.items()):
            if is_heartbeat or rings.tell_more_than(store_id, told):
                changes = await self._as_expert(store_id, expert_changes, told=told)
                for frame in changes.frames:
                    await self.say(frame)
                self.told[store_id] = changes.told
        is_everything = is_heartbeat or rings.is_unsure
        await self._say_inbox(self.experts if is_everything else rings.inboxes)
        if is_heartbeat:
            await self.say(heartbeat_frame({key: seq for told in self.told.values() for key, seq in told.items()}))

    async def _find_and_act(self, action: actions.Action, body: Body) -> tuple[uuid.UUID, Json]:
        """Do something to a conversation in the store that it belongs to; raises NotFound if that is none of hers."""
        conversation_id = body.identifier("conversation")
        # Where she was told of it is where it is; only a new one has to be looked for.
        for store_id in sorted(self.experts, key=lambda store_id: conversation_id not in self.told[store_id]):
            try:
                return store_id, await self._act(store_id, action, body)
            except NotFound:
                continue
        raise NotFound()

    async def _act(self, store_id: uuid.UUID, action: actions.Action, body: Body) -> Json:
        return await self._as_expert(store_id, action, body=body, now=timezone.now())

    async def _prove_presence(self) -> None:
        """Look at her rights and renew her leases."""
        user = await outside_stores(session_user, self.session_key)
        if user.pk != self.user_id:
            raise NotAuthentic()
        for store_id in self.experts:
            await self._as_expert(store_id, renew_lease, connection_id=self.connection_id, now=timezone.now())

    async def _read_inbox(self, store_id: uuid.UUID) -> Json:
        return await self._as_expert(store_id, services.inbox_state, now=timezone.now())

    async def _as_expert(self, store_id: uuid.UUID, act: Callable[..., T], **details: Any) -> T:
        """Every way from this socket to the database: her rights in the store are looked at first, each time."""
        return await in_store(store_id, partial(as_active, act, expert_id=self.experts[store_id].pk, **details))

    async def _say_inbox(self, store_ids: Iterable[uuid.UUID], *, is_asked_for: bool = False) -> None:
        """Read the inbox of some stores again and say the whole, if it has changed or was asked for."""
        # Frames and the pulse both come here: an older reading must not be said after a newer one.
        async with self._inbox_lock:
            for store_id in store_ids:
                self.inboxes[store_id] = await self._read_inbox(store_id)
            inbox = services.merge_inboxes(self.inboxes.values())
            if is_asked_for or inbox != self.said_inbox:
                self.said_inbox = inbox
                await self.say({"type": "inbox", "inbox": inbox})

    def _groups(self) -> list[str]:
        groups = [group_name(store_id, "expert", expert.pk) for store_id, expert in self.experts.items()]
        return groups + [group_name(store_id, "inbox") for store_id in self.experts]

    def _session_key(self) -> str:
        cookies = [value.decode("latin-1") for name, value in self.scope["headers"] if name == b"cookie"]
        return parse_cookie("; ".join(cookies)).get(settings.SESSION_COOKIE_NAME, "")

"""The shopper's socket."""

import uuid

from django.conf import settings
from django.utils import timezone

from chat import services
from chat.actions import visitor as actions
from chat.consumers.base import BAD_FRAME, ConversationConsumer, HangUp
from chat.consumers.database import in_store, outside_stores
from chat.consumers.ear import Ear, Rings
from chat.frames import Body
from chat.live import group_name
from chat.origins import origin_of
from chat.services.changes import visitor_changes
from chat.shapes import Json
from stores.access import access_store
from stores.errors import NotAuthentic, NotFound
from stores.models import Store, Visitor


class WidgetConsumer(ConversationConsumer):
    """One tab of a shopper. Its first frame carries his token."""

    store: Store
    visitor: Visitor
    # How far this client has been told, per conversation.
    told: dict[uuid.UUID, int]

    def allowed_origin(self) -> str:
        return origin_of(settings.WIDGET_ORIGIN)

    async def greet(self, body: Body) -> Json:
        try:
            self.store = await outside_stores(access_store, public_key=self.scope["url_route"]["kwargs"]["public_key"])
        except NotFound:
            # An unknown key says as little as an unknown token.
            raise NotAuthentic() from None
        store_id = self.store.pk
        self.visitor = await in_store(store_id, services.access_visitor, token=body.secret("token"))
        await self.listen(Ear([store_id], [group_name(store_id, "visitor", self.visitor.pk)]))
        welcome = await in_store(store_id, actions.current, self.store, self.visitor, body, timezone.now())
        conversation = welcome["conversation"]
        self.told = {uuid.UUID(conversation["id"]): conversation["last_seq"]} if conversation else {}
        return welcome

    async def answer(self, body: Body) -> None:
        if body.type not in actions.ACTIONS:
            raise HangUp(BAD_FRAME)
        action, answer_type = actions.ACTIONS[body.type]
        answer = await in_store(self.store.pk, action, self.store, self.visitor, body, timezone.now())
        if answer_type:
            await self.say({"type": answer_type, **answer})
        if marker := answer.get("marker"):
            await self.say({"type": "marker", "marker": marker})

    async def tell(self, rings: Rings, *, is_heartbeat: bool) -> None:
        if not is_heartbeat and not rings.tell_more_than(self.store.pk, self.told):
            return
        changes = await in_store(self.store.pk, visitor_changes, visitor_id=self.visitor.pk, told=self.told)
        for frame in changes.frames:
            await self.say(frame)
        self.told = changes.told
        if is_heartbeat:
            await self.say(heartbeat_frame(self.told))


def heartbeat_frame(told: dict[uuid.UUID, int]) -> Json:
    return {"type": "heartbeat", "last_seq": {str(key): seq for key, seq in told.items()}}

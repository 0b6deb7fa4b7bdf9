"""The JSON of docs/protocol.md, made of rows."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.templatetags.static import static

from chat.models import AuthorKind, Conversation, ConversationEvent, EventKind
from chat.pages import Page
from chat.wording import disclosure
from stores import faces
from stores.models import Product

Json = dict[str, Any]


def event_json(event: ConversationEvent) -> Json:
    """<event>. Caller has selected the event's expert."""
    data = event.data
    if event.kind == EventKind.CLAIMED:
        data = {**data, "expert": expert_json(data["expert"])}
    return {
        "seq": event.seq,
        "kind": event.kind,
        "author": {
            "kind": event.author_kind,
            "name": event.expert.display_name if event.expert else "",
            "face": face_url(event.expert.face) if event.expert else "",
        },
        "client_id": str(event.client_id) if event.client_id else None,
        "text": event.text,
        "data": data,
        "at": time_text(event.created_at),
    }


def conversation_json(conversation: Conversation, *, introduction: Json | None, marks: Mapping[str, int]) -> Json:
    """<conversation> as the widget sees it: `introduction` is its `claimed` event's data, `marks` who read how far."""
    store = conversation.store
    return {
        "id": str(conversation.pk),
        "state": conversation.state,
        "last_seq": conversation.last_seq,
        "expert": expert_json(introduction["expert"]) if introduction else None,
        "disclosure": introduction["disclosure"] if introduction else disclosure(store=store.name),
        "page": page_of(conversation).as_json(),
        "started_at": time_text(conversation.started_at),
        "store": {"name": store.name, "slug": store.slug},
        "read": {kind.value: marks.get(kind, 0) for kind in (AuthorKind.VISITOR, AuthorKind.EXPERT)},
    }


def console_json(conversation: Conversation, *, introduction: Json | None, marks: Mapping[str, int]) -> Json:
    """<conversation> as an expert sees it. Nothing here says who the shopper is."""
    return {
        **conversation_json(conversation, introduction=introduction, marks=marks),
        "pseudonym": conversation.pseudonym,
        "product": product_json(conversation.product, conversation.store.currency),
    }


def product_json(product: Product | None, currency: str) -> Json | None:
    """The card of the page's product."""
    if product is None:
        return None
    return {
        "sku": product.sku,
        "title": product.title,
        "image_url": product.image_url,
        "url": product.url,
        "price_minor": product.price_minor,
        "currency": currency,
    }


def expert_json(introduction: Json) -> Json:
    """An introduction with the address of the portrait, which differs between deployments, for its key."""
    return {**introduction, "face": face_url(introduction["face"])}


def face_url(key: str) -> str:
    return static(f"img/faces/{key}.svg") if key in faces.FACES else ""


def page_of(conversation: Conversation) -> Page:
    return Page(url=conversation.page_url, title=conversation.page_title, sku=conversation.page_sku)


def time_text(moment: dt.datetime) -> str:
    """ISO 8601 in UTC, to the millisecond."""
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

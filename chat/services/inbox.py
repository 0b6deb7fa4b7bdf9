"""The expert's inbox: what waits, what is hers. One store at a time; `merge_inboxes` makes one of several."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Exists, OuterRef

from chat.live import ring_expert
from chat.models import AuthorKind, Conversation, Offer, OfferState
from chat.services.reading import mine, newest_messages
from chat.shapes import Json, page_of, product_json, time_text
from experts.models import Expert
from experts.services.experts import set_availability

WAITING_SHOWN = 50


def inbox_state(*, expert: Expert, now: dt.datetime) -> Json:
    """<inbox> of one store. Conversations that she declined are left out; without availability they are only counted.

    Caller has just read the expert, with her store.
    """
    passed = Offer.objects.filter(conversation=OuterRef("pk"), expert=expert, state=OfferState.DECLINED)
    waiting = Conversation.objects.unanswered().exclude(Exists(passed)).order_by("started_at")
    return {
        "is_available": expert.is_available,
        "waiting_count": waiting.count(),
        "waiting": _waiting(expert, list(waiting.select_related("store", "product")[:WAITING_SHOWN])),
        "mine": mine(expert=expert, now=now),
        "stores": [
            {
                "slug": expert.store.slug,
                "name": expert.store.name,
                "is_available": expert.is_available,
                "max_conversations": expert.max_conversations,
            }
        ],
    }


def change_availability(*, expert: Expert, is_available: bool, now: dt.datetime) -> None:
    """What she says about herself, told to her other consoles too."""
    set_availability(expert=expert, is_available=is_available, now=now)
    ring_expert(expert)


def merge_inboxes(inboxes: Iterable[Json]) -> Json:
    """One inbox of an expert of several stores: pure."""
    several = list(inboxes)
    return {
        "is_available": any(inbox["is_available"] for inbox in several),
        "waiting_count": sum(inbox["waiting_count"] for inbox in several),
        "waiting": sorted((item for inbox in several for item in inbox["waiting"]), key=_by_waiting),
        "mine": sorted((item for inbox in several for item in inbox["mine"]), key=_by_newest, reverse=True),
        "stores": [store for inbox in several for store in inbox["stores"]],
    }


def _by_waiting(item: Json) -> tuple[str, str]:
    return item["waiting_since"], item["conversation"]


def _by_newest(item: Json) -> tuple[bool, str]:
    return item["state"] == "open", item["last_at"] or item["started_at"]


def _waiting(expert: Expert, conversations: list[Conversation]) -> list[Json]:
    if not expert.is_available:
        return []
    ids = [conversation.pk for conversation in conversations]
    newest = newest_messages(ids, author_kind=AuthorKind.VISITOR)
    offers = expert.offers.filter(conversation__in=ids, state=OfferState.PENDING)
    hers = {offer.conversation_id: offer for offer in offers}
    return [
        {
            "conversation": str(conversation.pk),
            "state": conversation.state,
            "pseudonym": conversation.pseudonym,
            "page": page_of(conversation).as_json(),
            "product": product_json(conversation.product, conversation.store.currency),
            "text": newest[conversation.pk].text[:200],
            "store": {"name": conversation.store.name, "slug": conversation.store.slug},
            "waiting_since": time_text(conversation.started_at),
            **_offer_json(hers.get(conversation.pk)),
        }
        for conversation in conversations
    ]


def _offer_json(offer: Offer | None) -> Json:
    return {
        "offered_at": time_text(offer.offered_at) if offer else None,
        "expires_at": time_text(offer.expires_at) if offer else None,
        "reason": offer.reason if offer else None,
    }

"""The marker: the signed reference to a conversation that a cart carries to the order.

It is signed with a salt of the store's own, so that one store's marker means nothing in another's. It goes
through the shopper's browser and may be read there; it says only which visitor and conversation it is about.
"""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.core import signing

LIFETIME = dt.timedelta(days=30)
# Shop systems cut attributes off; what is longer than this is none of ours.
LONGEST = 500


@dataclass(frozen=True)
class Marker:
    """What a genuine marker says."""

    visitor_id: uuid.UUID
    conversation_id: uuid.UUID
    signed_at: dt.datetime


def make_marker(*, store_id: uuid.UUID, visitor_id: uuid.UUID, conversation_id: uuid.UUID, now: dt.datetime) -> str:
    """A marker of a visitor's conversation, good for LIFETIME."""
    says = {"v": visitor_id.hex, "c": conversation_id.hex, "t": int(now.timestamp())}
    return _signer(store_id).sign_object(says)


def read_marker(*, store_id: uuid.UUID, text: str, at: dt.datetime) -> tuple[Marker | None, str]:
    """The marker and "", or None and why it does not count; `at` is when its order was placed."""
    if not text:
        return None, "The order carried no marker."
    if len(text) > LONGEST:
        return None, "The order's marker is not one of ours."
    try:
        said = _signer(store_id).unsign_object(text)
        signed_at = dt.datetime.fromtimestamp(said["t"], dt.UTC)
        marker = Marker(uuid.UUID(said["v"]), uuid.UUID(said["c"]), signed_at)
    except (signing.BadSignature, ValueError, KeyError, TypeError, OverflowError):
        return None, "The order's marker was not signed by us for this store, or was changed."
    if at - marker.signed_at > LIFETIME:
        return None, f"The order's marker was older than {LIFETIME.days} days."
    return marker, ""


def _signer(store_id: uuid.UUID) -> signing.Signer:
    return signing.Signer(salt=f"peerside.marker.{store_id.hex}")

"""Tickets: what a signed-in console shows at its socket, so that a cookie alone opens none."""

import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore
from django.core import signing
from django.http import HttpRequest

from stores.errors import NotAuthentic
from stores.models import User

SECONDS = 30
SALT = "peerside.console-ticket"


@dataclass(frozen=True)
class Ticket:
    """A genuine ticket: whose, and the connection that it is good for. `open_lease` uses it up."""

    user: User
    connection_id: uuid.UUID


def make_ticket(*, user: Any, session: SessionBase) -> str:
    """A ticket for 30 s, for the session that asks for it."""
    says = {"user": user.pk.hex, "session": _fingerprint(session.session_key), "connection": uuid.uuid4().hex}
    return signing.dumps(says, salt=SALT)


def read_ticket(*, ticket: str, session_key: str) -> Ticket:
    """The user and connection of a ticket that this session fetched; raises NotAuthentic."""
    try:
        says = signing.loads(ticket, salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        raise NotAuthentic() from None
    if says["session"] != _fingerprint(session_key):
        raise NotAuthentic()
    user = session_user(session_key)
    if user.pk.hex != says["user"]:
        raise NotAuthentic()
    return Ticket(user=user, connection_id=uuid.UUID(says["connection"]))


def session_connection(session: SessionBase) -> uuid.UUID:
    """What stands for the connection of a console that polls: its session, whatever the number of its tabs."""
    return uuid.uuid5(uuid.NAMESPACE_OID, _fingerprint(session.session_key))


def session_user(session_key: str) -> User:
    """Who is signed in with a session now; raises NotAuthentic after sign-out, a new password, or a locked account."""
    request = HttpRequest()
    request.session = SessionStore(session_key)
    user = get_user(request)
    if not isinstance(user, User) or not user.is_active:
        raise NotAuthentic()
    return user


def _fingerprint(session_key: str | None) -> str:
    # The ticket passes through the page's script, which must not learn the session's key from it.
    return hashlib.sha256(f"ticket {session_key or ''}".encode()).hexdigest()

"""Visitors: anonymous browsers, known by a token of 256 random bits of which only the hash is kept."""

import datetime as dt
import secrets

from chat.origins import is_allowed
from stores.errors import NotAllowed, NotAuthentic
from stores.models import Store, Visitor
from stores.services.tenants import hash_secret

TOKEN_BYTES = 32
TOKEN_LENGTH = 43


def mint_visitor(*, store: Store, origin: str, now: dt.datetime) -> str:
    """Make a visitor for a page of `origin` and return his token, which is shown this once; raises NotAllowed."""
    if not is_allowed(origin, store):
        raise NotAllowed("This site is not one of the store's own.")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    Visitor.objects.create(store=store, token_hash=hash_secret(token), origin=origin, last_seen_at=now)
    return token


def access_visitor(*, token: str) -> Visitor:
    """The visitor of a token in the store whose scope is open; raises NotAuthentic."""
    if len(token) != TOKEN_LENGTH or not token.isascii():
        raise NotAuthentic()
    visitor = Visitor.objects.filter(token_hash=hash_secret(token)).first()
    if visitor is None:
        raise NotAuthentic()
    return visitor

"""The people of every test: maya owns store A, erik and nora are its experts, omar owns store B, and a shopper.

Stores are new for each test, so that nothing has to be cleaned up and tests may run beside each other.
"""

import datetime as dt
import itertools
import os
import secrets
from dataclasses import dataclass

import pytest
from django.test import Client
from django.utils import timezone

from experts.models import Expert, Terms, TermsAcceptance
from stores.models import Customer, Store, StoreMembership, User, Visitor
from stores.models.people import Role
from stores.scope import current_store_id, new_store_id, store_scope
from stores.services.tenants import NewStore, create_store, hash_secret

_numbers = itertools.count(1)
SHOP_ORIGIN = "https://shop.example"
SHOPIFY_SECRET = "kestrel-webhook-secret"
OTHER_SECRET = "tidewater-webhook-secret"


def address(name: str) -> str:
    """An e-mail address that no other test uses."""
    return f"{name}@t{os.getpid()}-{next(_numbers)}.example"


@dataclass(frozen=True)
class Cast:
    """Everybody. Rows of store A unless the name says otherwise; amounts in EUR."""

    store_a: Store
    store_b: Store
    maya: User
    manager: User
    analyst: User
    erik_user: User
    nora_user: User
    omar: User
    erik: Expert
    nora: Expert
    terms: Terms
    visitor: Visitor
    visitor_token: str
    visitor_b: Visitor
    visitor_b_token: str
    api_key_a: str
    api_key_b: str
    now: dt.datetime

    def client_of(self, user: User | None) -> Client:
        """A browser in which `user` is signed in; None: nobody."""
        client = Client()
        if user:
            client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def make_cast() -> Cast:
    """Two new stores and everybody in them."""
    now = timezone.now()
    made_a = _make_store("Kestrel & Pine", "maya", "shopify", SHOPIFY_SECRET, now)
    made_b = _make_store("Tidewater Tea", "omar", "shopify", OTHER_SECRET, now)
    with store_scope(made_a.store.id):
        terms = _make_terms(made_a.store, now)
        manager = _make_member(made_a.store, "mira", Role.MANAGER)
        analyst = _make_member(made_a.store, "ana", Role.ANALYST)
        erik = make_expert(made_a.store, terms, "Erik", now)
        nora = make_expert(made_a.store, terms, "Nora", now)
        visitor, token = make_visitor(made_a.store)
    with store_scope(made_b.store.id):
        _make_terms(made_b.store, now)
        visitor_b, token_b = make_visitor(made_b.store)
    return Cast(
        store_a=made_a.store,
        store_b=made_b.store,
        maya=made_a.owner,
        manager=manager,
        analyst=analyst,
        erik_user=erik.user,
        nora_user=nora.user,
        omar=made_b.owner,
        erik=erik,
        nora=nora,
        terms=terms,
        visitor=visitor,
        visitor_token=token,
        visitor_b=visitor_b,
        visitor_b_token=token_b,
        api_key_a=made_a.api_key,
        api_key_b=made_b.api_key,
        now=now,
    )


def _make_store(name: str, owner: str, platform: str, secret: str, now: dt.datetime) -> NewStore:
    with store_scope(new_store_id()):
        return create_store(
            store_id=current_store_id(),
            name=f"{name} {os.getpid()} {next(_numbers)}",
            owner_email=address(owner),
            owner_name=owner.title(),
            currency="EUR",
            platform=platform,
            webhook_secret=secret,
            website=SHOP_ORIGIN,
            allowed_origins=(SHOP_ORIGIN,),
            return_window_days=14,
            now=now,
        )


def _make_terms(store: Store, now: dt.datetime) -> Terms:
    return Terms.objects.create(store=store, version=1, effective_from=now - dt.timedelta(days=400))


def _make_member(store: Store, name: str, role: Role) -> User:
    user = User.objects.create_user(email=address(name), name=name.title())
    StoreMembership.objects.create(store=store, user=user, role=role)
    return user


def make_expert(store: Store, terms: Terms, name: str, now: dt.datetime) -> Expert:
    """An active expert of a store, with terms accepted and a customer record; call it in the store's scope."""
    user = User.objects.create_user(email=address(name.lower()), name=name)
    customer = Customer.objects.create(store=store, external_id=user.email, email=user.email, name=name)
    expert = Expert.objects.create(
        store=store,
        user=user,
        customer=customer,
        display_name=name,
        face="beard" if name == "Erik" else "waves",
        languages=["en"],
        engaged_at=now - dt.timedelta(days=300),
    )
    TermsAcceptance.objects.create(
        store=store, expert=expert, terms=terms, text="…", is_adult=True, discloses_commission=True, accepted_at=now
    )
    return expert


def make_visitor(store: Store) -> tuple[Visitor, str]:
    """A visitor of the store's shop and the token that proves it; call it in the store's scope."""
    token = secrets.token_urlsafe(32)
    return Visitor.objects.create(store=store, token_hash=hash_secret(token), origin=SHOP_ORIGIN), token


@pytest.fixture
def maya(cast: Cast) -> Client:
    """The browser of the owner of store A."""
    return cast.client_of(cast.maya)


@pytest.fixture
def erik(cast: Cast) -> Client:
    """The browser of an expert of store A."""
    return cast.client_of(cast.erik_user)


@pytest.fixture
def nora(cast: Cast) -> Client:
    """The browser of another expert of store A."""
    return cast.client_of(cast.nora_user)


@pytest.fixture
def omar(cast: Cast) -> Client:
    """The browser of the owner of store B, who must see nothing of store A."""
    return cast.client_of(cast.omar)


@pytest.fixture
def shopper(cast: Cast) -> Client:
    """The browser of a shopper of store A: it sends his visitor token and no cookie."""
    return Client(headers={"authorization": f"Bearer {cast.visitor_token}"})

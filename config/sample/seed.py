"""Puts the sample stores into an empty database, in one transaction each."""

import datetime as dt
import json
from pathlib import Path

from django.conf import settings
from django.urls import reverse

from config.environment import BASE_DIR
from config.sample.facts import read_catalogue, write_history, write_products
from config.sample.past import Past, settle_accounts
from config.sample.people import KESTREL, TEAS, TIDEWATER, Person, SampleStore
from config.sample.shop_model import SampleProduct, generate
from experts.models import Expert, TermsAcceptance
from experts.services.ranking import rank_candidates
from experts.services.terms import publish_terms
from experts.services.wording import terms_text
from stores.models import Customer, PlatformConnection, Store, StoreMembership
from stores.models.people import Role
from stores.models.tenant import Platform
from stores.scope import current_store_id, new_store_id, store_scope
from stores.services.tenants import NewStore, create_store, find_or_create_user

RETURN_WINDOW_DAYS = 14
CATALOGUE = BASE_DIR / "demo" / "catalogue" / "catalogue.csv"


def seed(*, now: dt.datetime) -> str:
    """Write both sample stores if the database holds no store at all; says what was done."""
    sample = Store.objects.filter(is_sample=True).exists()
    if not sample and Store.objects.exists():
        return "This database holds stores that are no samples: nothing was added to it."
    if not sample:
        pictures = f"{settings.SITE_URL}{settings.STATIC_URL}demo/products"
        shelf = read_catalogue(CATALOGUE, shop=f"{settings.SITE_URL}/demo", pictures=pictures)
        _write_store(KESTREL, shelf, now=now)
        _write_store(TIDEWATER, [SampleProduct(*tea) for tea in TEAS], now=now)
    write_shop_settings()
    return (
        "The sample stores are there already."
        if sample
        else "The sample stores Kestrel & Pine and Tidewater Tea are made."
    )


def _write_store(sample: SampleStore, shelf: list[SampleProduct], *, now: dt.datetime) -> None:
    begun = now - dt.timedelta(days=400)
    with store_scope(new_store_id()):
        made = create_store(
            store_id=current_store_id(),
            name=sample.name,
            owner_email=sample.owner.email,
            owner_name=sample.owner.name,
            currency="EUR",
            platform=Platform.SHOPIFY,
            website=settings.SITE_URL,
            allowed_origins=(settings.SITE_URL,),
            return_window_days=RETURN_WINDOW_DAYS,
            is_sample=True,
            now=begun,
        )
        _add_members(made, sample)
        publish_terms(store=made.store, user=made.owner, now=begun)
        products = write_products(made.store, shelf)
        named = tuple((person.name, person.email) for person in sample.experts)
        people = generate(products=shelf, count=sample.customers, now=now, seed=sample.seed, named=named)
        customers = write_history(made.store, people, products, now=now)
        experts = {_engage(made.store, person, customers[person.email], now=begun): person for person in sample.experts}
        past = Past(made.store, products, list(experts), seed=sample.seed, now=now)
        Expert.objects.update(is_available=True)
        past.live(conversations=sample.conversations)
        Expert.objects.update(is_available=False)
        ibans = {expert: person.iban for expert, person in experts.items()}
        settle_accounts(store=made.store, owner=made.owner, ibans=ibans, now=now)
        rank_candidates(store=made.store, now=now)


def _add_members(made: NewStore, sample: SampleStore) -> None:
    for person, role in ((sample.manager, Role.MANAGER), (sample.analyst, Role.ANALYST)):
        if person:
            user = find_or_create_user(email=person.email, name=person.name)
            StoreMembership.objects.create(store=made.store, user=user, role=role)


def _engage(store: Store, person: Person, customer: Customer, *, now: dt.datetime) -> Expert:
    terms = store.terms.get()
    user = find_or_create_user(email=person.email, name=person.name)
    expert = Expert.objects.create(
        store=store,
        user=user,
        customer=customer,
        display_name=person.name.split()[0],
        face=person.face,
        about=person.about,
        languages=list(person.languages),
        engaged_at=now,
    )
    TermsAcceptance.objects.create(
        store=store,
        expert=expert,
        terms=terms,
        text=terms_text(terms),
        is_adult=True,
        discloses_commission=True,
        accepted_at=now,
    )
    return expert


def write_shop_settings() -> None:
    """Give the demo shop what its owner would paste into it: the snippet's key, the webhook's address and secret."""
    store = Store.objects.filter(is_sample=True).order_by("created_at").first()
    if store is None:
        return
    Store.objects.filter(is_sample=True).update(allowed_origins=[settings.SITE_URL])
    with store_scope(store.id):
        secret = PlatformConnection.objects.get(platform=store.platform).webhook_secret
    webhook = reverse("webhook", kwargs={"platform": store.platform, "public_key": store.public_key})
    pasted = {
        "public_key": store.public_key,
        "webhook_url": settings.SITE_URL + webhook,
        "webhook_secret": secret,
        "widget_origin": settings.WIDGET_ORIGIN,
    }
    file = Path(settings.VAR) / "demo_shop.json"
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(pasted))
    draft.chmod(0o600)
    draft.replace(file)

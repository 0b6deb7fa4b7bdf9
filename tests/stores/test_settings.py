"""The store's settings page: what an owner pastes into her shop, and what she keeps to herself."""

import pytest
from django.test import Client
from django.urls import reverse

from stores.models import ApiKey, AuditEvent, PlatformConnection, Store
from stores.scope import store_scope
from stores.services.tenants import hash_secret
from tests.cast import SHOPIFY_SECRET, Cast


def url(name: str, cast: Cast, **kwargs: object) -> str:
    return reverse(name, kwargs={"slug": cast.store_a.slug, **kwargs})


def verbs(cast: Cast) -> list[str]:
    with store_scope(cast.store_a.id):
        return list(AuditEvent.objects.order_by("at", "id").values_list("verb", flat=True))


def test_the_page_shows_what_to_paste(cast: Cast, maya: Client) -> None:
    page = maya.get(url("store_settings", cast)).content.decode()

    assert f"/w/{cast.store_a.public_key}.js" in page
    assert f"/webhooks/shopify/{cast.store_a.public_key}/" in page
    assert SHOPIFY_SECRET not in page


@pytest.mark.parametrize(
    ("line", "origin"),
    [
        ("https://Shop.Example", "https://shop.example"),
        ("https://shop.example/", "https://shop.example"),
        ("https://shop.example:443", "https://shop.example"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_a_site_is_kept_as_its_exact_origin(line: str, origin: str, cast: Cast, maya: Client) -> None:
    response = maya.post(url("store_settings_origins", cast), {"origins": f"{line}\n\n{line}"})

    assert response.status_code == 302
    assert Store.objects.get(pk=cast.store_a.pk).allowed_origins == [origin]
    assert verbs(cast) == ["store.created", "store.origins_changed"]


@pytest.mark.parametrize(
    "line",
    [
        "shop.example",
        "https://shop.example/cart",
        "https://*.shop.example",
        "https://a:b@shop.example",
        "javascript:alert(1)",
        "https://shop.example:port",
        "null",
        "file:///etc",
    ],
)
def test_what_is_no_site_is_refused_and_nothing_changes(line: str, cast: Cast, maya: Client) -> None:
    response = maya.post(url("store_settings_origins", cast), {"origins": f"https://good.example\n{line}"})

    assert response.status_code == 400
    assert line in response.content.decode()  # what was typed is still there to be mended
    assert Store.objects.get(pk=cast.store_a.pk).allowed_origins == ["https://shop.example"]
    assert verbs(cast) == ["store.created"]


def test_a_new_secret_leaves_the_one_before_it_in_force(cast: Cast, maya: Client) -> None:
    maya.post(url("store_settings_webhook", cast), {"secret": " another-secret-of-the-shop "})

    with store_scope(cast.store_a.id):
        assert PlatformConnection.objects.get().secrets() == ["another-secret-of-the-shop", SHOPIFY_SECRET]


@pytest.mark.parametrize("secret", ["", "   ", "short", "x" * 201])
def test_a_secret_that_cannot_be_one_is_refused(secret: str, cast: Cast, maya: Client) -> None:
    response = maya.post(url("store_settings_webhook", cast), {"secret": secret})

    assert response.status_code == 400
    with store_scope(cast.store_a.id):
        assert PlatformConnection.objects.get().secrets() == [SHOPIFY_SECRET]


def test_a_key_is_shown_once_and_ends_when_it_is_ended(cast: Cast, maya: Client) -> None:
    page = maya.post(url("store_settings_keys", cast), {"name": "Warehouse"}).content.decode()
    shown = page.split('id="new-key"')[1].split(">")[1].split("<")[0]

    with store_scope(cast.store_a.id):
        key = ApiKey.objects.get(name="Warehouse")
    assert key.key_hash == hash_secret(shown)
    assert shown not in maya.get(url("store_settings", cast)).content.decode()

    maya.post(url("store_settings_key_revoke", cast, key_id=key.pk))
    maya.post(url("store_settings_key_revoke", cast, key_id=key.pk))
    assert verbs(cast)[-2:] == ["store.api_key_created", "store.api_key_revoked"]
    with store_scope(cast.store_a.id):
        assert ApiKey.objects.get(pk=key.pk).revoked_at is not None


def test_a_manager_sees_no_button_that_is_the_owners(cast: Cast) -> None:
    page = cast.client_of(cast.manager).get(url("store_settings", cast)).content.decode()

    assert "Replace the secret" not in page
    assert "Make a key" not in page

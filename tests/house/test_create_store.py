"""`manage.py create_store`, as a script would call it."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from experts.models import Terms
from stores.models import Store, StoreMembership
from stores.scope import store_scope
from tests.cast import address


def create(*arguments: str, **options: Any) -> dict[str, str]:
    out = StringIO()
    call_command("create_store", *arguments, "--json", stdout=out, **options)
    return json.loads(out.getvalue())


def test_a_script_gets_what_it_needs_to_go_on() -> None:
    owner = address("olga")
    made = create(
        "Harbour Books",
        "--owner",
        owner,
        "--currency",
        "eur",
        "--platform",
        "shopify",
        "--webhook-secret",
        "s3cret-of-it",
    )

    store = Store.objects.get(slug=made["store"])
    assert made["public_key"] == store.public_key
    assert made["webhook_url"].endswith(f"/webhooks/shopify/{store.public_key}/")
    assert made["webhook_secret"] == "s3cret-of-it"
    assert made["api_key"].startswith("ps_")
    with store_scope(store.id):
        assert StoreMembership.objects.get().user.email == owner
        assert Terms.objects.get().version == 1
    assert Client().get(f"/w/{store.public_key}.js").status_code == 200


def test_the_same_name_twice_makes_two_stores() -> None:
    first, second = (create("Twice", "--owner", address("o"), "--currency", "JPY") for _ in range(2))

    assert first["store"] != second["store"]
    assert first["api_key"] != second["api_key"]


@pytest.mark.parametrize(
    ("name", "owner", "currency", "words"),
    [
        ("!!!", "o@books.example", "EUR", "at least one letter"),
        ("Books", "nobody", "EUR", "not an e-mail address"),
        ("Books", "o@books.example", "XYZ", "not a currency code"),
    ],
)
def test_what_cannot_be_a_store_is_refused_and_leaves_nothing(name: str, owner: str, currency: str, words: str) -> None:
    before = Store.objects.count()

    with pytest.raises(CommandError, match=words):
        create(name, "--owner", owner, "--currency", currency)
    assert Store.objects.count() == before

"""Every URL name × method × role × {own, foreign, missing}; an address without a row in the table fails."""

import json
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.access.table import NOT_OURS, ROLES, TABLE, Row, expected
from tests.access.world import World, make_world

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
CELLS = [(name, method) for name, row in TABLE.items() for method in row.methods]


def patterns(resolver: URLResolver | None = None, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address with its full name."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, f"{space}{entry.namespace}:" if entry.namespace else space)
        else:
            yield f"{space}{entry.name}", entry


BY_NAME = dict(patterns())
# Good for whatever speaks JSON here: a wrong body must not hide whether there is such an object.
BODY = json.dumps(
    {"client_id": str(uuid.uuid4()), "text": "Does it run small?", "seq": 1, "page": {}, "email": "s@mail.example"}
)


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


@pytest.fixture(scope="module")
def clients(world: World) -> dict[str, Client]:
    cast = world.cast
    users = {
        "owner": cast.maya,
        "manager": cast.manager,
        "analyst": cast.analyst,
        "erik": cast.erik_user,
        "nora": cast.nora_user,
        "omar": cast.omar,
    }
    visitor = Client(headers={"authorization": f"Bearer {cast.visitor_token}"})
    return {role: cast.client_of(user) for role, user in users.items()} | {"visitor": visitor, "nobody": Client()}


def address(name: str, values: dict[str, Any]) -> str:
    wanted = BY_NAME[name].pattern.converters
    return reverse(name, kwargs={key: values[key] for key in wanted})


def answer(client: Client, method: str, url: str) -> Any:
    if method == "GET":
        return client.get(url)
    if "/api/" in url or url.startswith("/webhooks/"):
        return client.generic(method, url, BODY, content_type="application/json")
    return client.generic(method, url)


def met(response: Any) -> str:
    """What somebody met: in, out, forbidden, missing, or that the method is not for this address."""
    assert response.status_code < 500, response.content[:500]
    if response.status_code == 302 and response.headers["Location"].startswith(reverse(settings.LOGIN_URL)):
        return "out"
    return {401: "out", 403: "forbidden", 404: "missing", 405: "no such method"}.get(response.status_code, "in")


def looks(response: Any) -> tuple[int, str]:
    """Status and body, without what differs between any two answers."""
    body = response.content.decode(errors="replace")
    return response.status_code, re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", body)


def test_every_address_has_a_row() -> None:
    ours = {name for name in BY_NAME if not name.startswith(NOT_OURS)}

    assert ours == set(TABLE)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("name", "method"), CELLS, ids=lambda part: str(part))
def test_a_role_meets_what_the_table_says(
    name: str, method: str, role: str, world: World, clients: dict[str, Client]
) -> None:
    row, client = TABLE[name], clients[role]
    needs = set(BY_NAME[name].pattern.converters)
    own, foreign, missing = (address(name, values) for values in (world.own, world.foreign, world.missing))
    is_foreign_to_all = role == "omar" and needs & {"slug"}

    here = answer(client, method, foreign if is_foreign_to_all else own)
    if is_foreign_to_all:
        there = answer(client, method, own)
        assert looks(there) == looks(answer(client, method, missing))
        assert met(there) in ("missing", "out")
        return
    assert met(here) == expected(row, role), (own, here.status_code, here.content[:300])
    if names_an_object(needs) and not is_public(row):
        assert looks(answer(client, method, foreign)) == looks(answer(client, method, missing))
        assert met(answer(client, method, foreign)) in ("missing", "out")
    if needs & {"slug", "public_key"} and len(needs) > 1 and expected(row, role) == "in":
        assert_hidden_within(client, method, name, world)


@pytest.mark.parametrize("name", TABLE)
def test_other_methods_do_nothing_for_anybody(name: str, world: World, clients: dict[str, Client]) -> None:
    for method in set(METHODS) - set(TABLE[name].methods):
        for role in ("owner", "erik", "visitor", "nobody"):
            response = answer(clients[role], method, address(name, world.own))
            assert met(response) in ("no such method", "out", "missing", "forbidden"), (method, role)


def names_an_object(needs: set[str]) -> bool:
    return "slug" in needs or any(key.endswith("_id") for key in needs)


def is_public(row: Row) -> bool:
    """Doors that tell nobody's store from another by who asks."""
    return row.door in ("public", "signed", "api", "person", "visitor")


def assert_hidden_within(client: Client, method: str, name: str, world: World) -> None:
    """Another store's object under one's own store's address is as good as none."""
    for key in {key for key in BY_NAME[name].pattern.converters if key.endswith("_id")}:
        planted = answer(client, method, address(name, world.own | {key: world.foreign[key]}))
        absent = answer(client, method, address(name, world.own | {key: world.missing[key]}))
        assert looks(planted) == looks(absent)
        assert met(planted) == "missing"

"""The navigation shows what a person may open, and where she is."""

from collections.abc import Callable
from types import ModuleType

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path

from stores.navigation import Entry, links

ENTRIES = (
    Entry("overview", "over", "Overview", "layout-dashboard"),
    Entry("orders", "orders", "Orders", "shopping-bag"),
    Entry("payouts", "payouts", "Payouts", "banknote"),
    Entry("elsewhere", "not_mounted", "Elsewhere", "info"),
)


def view(permission: str) -> Callable[[HttpRequest, str], HttpResponse]:
    def inner(request: HttpRequest, slug: str) -> HttpResponse:
        return HttpResponse()

    inner.permission = permission  # type: ignore[attr-defined]
    return inner


@pytest.fixture(autouse=True)
def mounted() -> object:
    urls = ModuleType("urls_of_this_test")
    urls.urlpatterns = [  # type: ignore[attr-defined]
        path("s/<slug:slug>/", view("see"), name="over"),
        path("s/<slug:slug>/orders/", view("see"), name="orders"),
        path("s/<slug:slug>/payouts/", view("money"), name="payouts"),
    ]
    with override_settings(ROOT_URLCONF=urls):
        yield


@pytest.mark.parametrize(
    ("role", "keys"),
    [
        ("owner", ["overview", "orders", "payouts"]),
        ("manager", ["overview", "orders"]),
        ("analyst", ["overview", "orders"]),
    ],
)
def test_a_role_sees_what_it_may_open(role: str, keys: list[str]) -> None:
    assert [link.key for link in links(ENTRIES, path="/", role=role, slug="kestrel")] == keys


@pytest.mark.parametrize(
    ("here", "current"),
    [
        ("/s/kestrel/", ["overview"]),
        ("/s/kestrel/orders/", ["orders"]),
        ("/s/kestrel/orders/1042/", ["orders"]),
        ("/s/kestrel/imports/", ["overview"]),
        ("/elsewhere/", []),
    ],
)
def test_the_address_marks_the_place(here: str, current: list[str]) -> None:
    shown = links(ENTRIES, path=here, role="owner", slug="kestrel")
    assert [link.key for link in shown if link.is_current] == current


def test_a_place_may_own_addresses_that_do_not_stand_below_it() -> None:
    entries = (ENTRIES[0], Entry("orders", "orders", "Orders", "shopping-bag", also=("/s/kestrel/receipts/",)))

    found = links(entries, path="/s/kestrel/receipts/1/", role="owner", slug="kestrel")

    assert [link.key for link in found if link.is_current] == ["orders"]

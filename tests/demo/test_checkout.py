"""From the basket to the order, and the orders a visitor may see."""

import pytest
from django.test import Client

from demo.models import DemoOrder
from tests.demo.shopping import ADA, add, buy, lines, pay, set_marker, topics


def test_empty_basket_cannot_be_checked_out(browser: Client) -> None:
    before = DemoOrder.objects.count()

    assert browser.get("/demo/checkout/")["Location"] == "/demo/cart/"
    assert browser.post("/demo/checkout/", ADA)["Location"] == "/demo/cart/"
    assert DemoOrder.objects.count() == before
    buy(browser, COF_002=1)
    assert DemoOrder.objects.count() == before + 1


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("email", "not an address", "Something like you@example.com works."),
        ("email", "", "Please give an e-mail address"),
        ("name", " ", "Please tell us your name."),
        ("address", "", "Please tell us the street and number."),
        ("postcode", "", "Please give the postcode."),
        ("city", "", "Please name the town."),
        ("country", "XX", "We do not deliver to this country yet."),
    ],
)
def test_mistakes_in_the_form_are_explained_and_nothing_is_ordered(
    browser: Client, field: str, value: str, said: str
) -> None:
    add(browser, "COF-002", 2)
    before = DemoOrder.objects.count()
    answer = browser.post("/demo/checkout/", ADA | {field: value})

    assert answer.status_code == 200 and said in answer.content.decode()
    assert f'id="id_{field}_error"' in answer.content.decode() and 'aria-invalid="true"' in answer.content.decode()
    assert DemoOrder.objects.count() == before and lines(browser) == {"COF-002": 2}


def test_checkout_says_that_nothing_is_charged_and_asks_for_no_card(browser: Client) -> None:
    add(browser, "COF-002", 2)
    page = browser.get("/demo/checkout/").content.decode()

    assert "<strong>This is a demo.</strong>" in page and "nothing is charged" in page
    assert "Pay €32.90" in page
    assert "card" not in page.lower()


def test_paying_makes_an_order_and_empties_the_basket(browser: Client) -> None:
    set_marker(browser, "m1.first")
    order = buy(browser, COF_002=2)
    page = browser.get(f"/demo/orders/{order.number}/thanks/").content.decode()

    assert "Thank you, Ada." in page and f"Order #{order.number}" in page
    assert browser.session["demo_cart"]["lines"] == {} and browser.session["demo_cart"]["attributes"] == {}
    assert topics(order) == ["orders/create", "orders/paid"]
    assert order.body["order_number"] == order.number >= 1001


def test_second_click_on_pay_leads_to_the_same_order(browser: Client) -> None:
    add(browser, "COF-002", 2)
    token = browser.get("/demo/checkout/").context["cart_token"]
    first = browser.post("/demo/checkout/", ADA | {"cart_token": token})
    second = browser.post("/demo/checkout/", ADA | {"cart_token": token})

    assert second["Location"] == first["Location"]
    assert DemoOrder.objects.filter(cart_token=token).count() == 1


def test_the_same_cart_paid_from_two_tabs_at_once_is_one_order(browser: Client) -> None:
    add(browser, "COF-002", 2)
    session = browser.session
    cart = session["demo_cart"]
    order = pay(browser)
    session = browser.session
    session.update({"demo_cart": cart, "demo_orders": []})  # as the other request had read it before
    session.save()

    assert pay(browser) == order
    assert topics(order) == ["orders/create", "orders/paid"]


def test_visitors_see_their_own_orders_and_nobody_elses(browser: Client) -> None:
    assert "No orders yet in this browser." in browser.get("/demo/orders/").content.decode()
    order = buy(browser, CYC_001=1)
    stranger = Client()

    assert f"#{order.number}" in browser.get("/demo/orders/").content.decode()
    assert "Trubarjeva 12" in browser.get(f"/demo/orders/{order.number}/").content.decode()
    assert f"#{order.number}" not in stranger.get("/demo/orders/").content.decode()
    for path in ("", "thanks/"):
        assert stranger.get(f"/demo/orders/{order.number}/{path}").status_code == 404


@pytest.mark.parametrize("number", [0, 999, 10**9, 10**30])
def test_number_without_an_order_is_missing(browser: Client, number: int) -> None:
    assert browser.get(f"/demo/orders/{number}/").status_code == 404
    assert browser.get(f"/demo/office/orders/{number}/").status_code == 404

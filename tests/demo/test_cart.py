"""The basket: what goes in, what is refused, and the attributes that scripts set."""

import pytest
from django.test import Client

from tests.demo.shopping import add, lines, set_marker


def test_adding_puts_a_product_into_the_basket_and_says_so(browser: Client) -> None:
    page = add(browser, "COF-002", 3).content.decode()

    assert lines(browser) == {"COF-002": 3}
    assert "Camp Mug is in your basket." in page
    assert "€42.00" in page and "€46.90" in page  # goods, and with delivery


def test_adding_again_adds_up(browser: Client) -> None:
    add(browser, "COF-002", 3)
    add(browser, "COF-002", 2)
    add(browser, "CYC-001", 1)

    assert lines(browser) == {"COF-002": 5, "CYC-001": 1}


@pytest.mark.parametrize(
    ("quantity", "said"),
    [
        ("0", "Please choose at least 1."),
        ("-2", "Please choose at least 1."),
        ("two", "whole number"),
        ("1.5", "whole number"),
        ("", "whole number"),
        ("21", "up to 20 of one article"),
        pytest.param("9" * 5000, "whole number", id="5000 digits"),
    ],
)
def test_bad_quantity_is_refused_in_words_and_changes_nothing(browser: Client, quantity: str, said: str) -> None:
    add(browser, "COF-002", 3)
    page = add(browser, "COF-002", quantity).content.decode()

    assert lines(browser) == {"COF-002": 3}
    assert said in page


def test_a_line_holds_no_more_than_twenty_however_they_came(browser: Client) -> None:
    add(browser, "COF-002", 15)
    page = add(browser, "COF-002", 6).content.decode()

    assert lines(browser) == {"COF-002": 15}
    assert "up to 20 of one article" in page


def test_quantity_can_be_changed_and_a_line_removed(browser: Client) -> None:
    add(browser, "COF-002", 3)
    add(browser, "COF-003", 1)

    browser.post("/demo/cart/lines/COF-002", {"quantity": "7"})
    assert lines(browser) == {"COF-002": 7, "COF-003": 1}
    browser.post("/demo/cart/lines/COF-002", {"quantity": "0"})
    assert lines(browser) == {"COF-003": 1}
    browser.post("/demo/cart/lines/COF-003", {"quantity": "-1"})
    assert lines(browser) == {"COF-003": 1}


@pytest.mark.parametrize("path", ["cart/add", "cart/lines/XXX-999"])
def test_unknown_product_is_missing(browser: Client, path: str) -> None:
    assert browser.post(f"/demo/{path}", {"sku": "XXX-999", "quantity": 1}).status_code == 404
    assert lines(browser) == {}


def test_empty_basket_shows_where_to_begin(browser: Client) -> None:
    assert "There is nothing in it yet." in browser.get("/demo/cart/").content.decode()


def test_delivery_is_free_from_sixty_euros(browser: Client) -> None:
    add(browser, "COF-001", 2)
    below = browser.get("/demo/cart/").context["basket"]
    add(browser, "COF-006", 2)
    above = browser.get("/demo/cart/").context["basket"]

    assert (below.goods_cents, below.shipping_cents, below.total_cents) == (5200, 490, 5690)
    assert below.to_free_shipping_cents == 800
    assert (above.goods_cents, above.shipping_cents, above.total_cents) == (6400, 0, 6400)


def test_discount_code_takes_ten_percent_off_the_goods(browser: Client) -> None:
    add(browser, "COF-007", 3)
    browser.post("/demo/cart/discount", {"code": " pine10 "})
    basket = browser.get("/demo/cart/").context["basket"]

    assert (basket.gross_cents, basket.discount_cents, basket.total_cents) == (1350, 135, 1705)


def test_unknown_discount_code_is_refused_and_a_known_one_can_be_removed(browser: Client) -> None:
    add(browser, "COF-007", 3)
    browser.post("/demo/cart/discount", {"code": "PINE10"})
    refused = browser.post("/demo/cart/discount", {"code": "FREE"}, follow=True)
    assert "We do not know this code." in refused.content.decode()
    assert refused.context["basket"].discount_cents == 135

    removed = browser.post("/demo/cart/discount", {"code": ""}, follow=True)
    assert removed.context["basket"].discount_cents == 0


def test_marker_is_kept_with_the_cart_and_replaced_by_the_next(browser: Client) -> None:
    add(browser, "COF-007", 3)

    assert set_marker(browser, "m1.first").json() == {"attributes": {"peerside": "m1.first"}}
    assert set_marker(browser, "m1.second").json() == {"attributes": {"peerside": "m1.second"}}
    assert lines(browser) == {"COF-007": 3}


def test_empty_text_removes_an_attribute(browser: Client) -> None:
    set_marker(browser, "m1.first")

    assert set_marker(browser, "").json() == {"attributes": {}}


@pytest.mark.parametrize(
    "marker",
    [None, 7, ["m1"], {"a": "b"}, "x" * 1001, "zero\0byte", "half \ud800"],
    ids=["null", "number", "list", "object", "too long", "zero byte", "half a character"],
)
def test_anything_but_a_short_text_is_refused_as_an_attribute(browser: Client, marker: object) -> None:
    set_marker(browser, "m1.first")
    answer = set_marker(browser, marker)

    assert answer.status_code == 422
    assert browser.session["demo_cart"]["attributes"] == {"peerside": "m1.first"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400),
        ("{", 400),
        pytest.param("[" * 100_000, 400, id="endless"),
        ("[]", 422),
        ("{}", 422),
        ('{"attributes": []}', 422),
    ],
)
def test_attributes_of_the_wrong_shape_are_refused(browser: Client, body: str, status: int) -> None:
    answer = browser.post("/demo/cart/attributes", body, content_type="application/json")

    assert answer.status_code == status and answer.json()["error"]


def test_more_attributes_than_a_cart_holds_are_refused(browser: Client) -> None:
    many = {f"name{number}": "x" for number in range(21)}
    answer = browser.post("/demo/cart/attributes", {"attributes": many}, content_type="application/json")

    assert answer.status_code == 422


def test_another_site_cannot_set_attributes(own_folder: object) -> None:
    guarded = Client(enforce_csrf_checks=True)
    guarded.get("/demo/products/camp-mug/")

    assert set_marker(guarded, "m1.forged").status_code == 403
    token = guarded.cookies["csrftoken"].value
    headers = {"x-csrftoken": token}
    body = {"attributes": {"peerside": "m1.true"}}
    allowed = guarded.post("/demo/cart/attributes", body, content_type="application/json", headers=headers)
    assert allowed.json() == {"attributes": {"peerside": "m1.true"}}

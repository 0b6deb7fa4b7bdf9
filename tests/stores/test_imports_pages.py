"""The pages of imports, as members meet them."""

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from stores import tasks
from stores.models import Customer, Import, Order, OrderLine, Product, Store
from stores.scope import store_scope
from stores.services import imports as service
from stores.views.import_pages import time_left
from tests.cast import Cast
from tests.stores.import_kit import COLUMNS, csv_bytes, facts, imported, now_is, refusals, send, start, uploaded

ROW = ("A1", "2024-03-25", "MUG", "Blue mug", 2, "12.50", "c1", "ada@mail.example")


def address(name: str, store: Store, work: Import | None = None) -> str:
    return reverse(name, args=[store.slug, work.pk] if work else [store.slug])


def page_of(client: Client, store: Store, work: Import, **query: str) -> str:
    return client.get(address("store_import", store, work), query).content.decode()


def test_no_imports_yet_teaches_the_next_step(cast: Cast, maya: Client) -> None:
    page = maya.get(address("store_imports", cast.store_a)).content.decode()

    assert "No orders imported yet" in page
    assert "Upload and check" in page


def test_a_file_is_uploaded_checked_imported_and_listed(cast: Cast, maya: Client) -> None:
    work = uploaded(maya, cast.store_a, csv_bytes([ROW]))
    check = page_of(maya, cast.store_a, work)
    assert "Of the first 1 row: 1 taken" in check
    assert "Blue mug" in check and "€25.00" in check and "Start the import" in check

    start(maya, cast.store_a, work)

    result = page_of(maya, cast.store_a, work)
    assert "New orders" in result and "0 known already" in result and "of 1 row" in result
    with store_scope(cast.store_a.id):
        order = Order.objects.get(source="import")
        line = OrderLine.objects.get(order=order)
        assert (order.external_id, order.number, order.status, order.currency) == ("A1", "A1", "paid", "EUR")
        assert (order.goods_minor, order.total_minor, order.email) == (2500, 2500, "ada@mail.example")
        assert (line.external_id, line.quantity, line.amount_minor) == ("MUG#1", 2, 2500)
        assert line.product == Product.objects.get(sku="MUG", title="Blue mug")
        assert order.customer == Customer.objects.get(external_id="c1", email="ada@mail.example")
    assert not default_storage.exists(work.stored_as)
    listed = maya.get(address("store_imports", cast.store_a)).content.decode()
    assert "orders.csv" in listed and "Done" in listed and "1 to 1 of 1 import" in listed


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (bytes(range(256)) * 40, "This is not a text file. Export your orders as CSV and upload that."),
        (b"Order\n1\n", "The file has one column only."),
        (b"1,2,3\n4,5,6\n", "The first line has to hold the names of the columns; here it holds a value, “1”."),
        ("Заказ,Товар\n1,Кофемолка ручная\n".encode("cp1251") * 30, "The letters of this file cannot be told for sure"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_and_not_kept(
    cast: Cast, maya: Client, content: bytes, words: str
) -> None:
    response = send(maya, cast.store_a, content)

    assert response.status_code == 400
    assert words in response.content.decode()
    with store_scope(cast.store_a.id):
        assert not Import.objects.exists()
    folder = f"imports/{cast.store_a.pk}"
    assert not default_storage.exists(folder) or default_storage.listdir(folder)[1] == []


def test_no_file_at_all(cast: Cast, maya: Client) -> None:
    response = maya.post(address("store_import_upload", cast.store_a), {})

    assert (response.status_code, "Choose a file first." in response.content.decode()) == (400, True)


def test_a_file_that_is_too_large_is_cut_off_while_it_arrives(
    cast: Cast, maya: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_BYTES", 1_000_000)
    file = SimpleUploadedFile("big.csv", csv_bytes([ROW] * 40_000))

    response = maya.post(address("store_import_upload", cast.store_a), {"file": file})

    assert response.status_code == 413
    assert "The file is larger than 100 MB." in response.content.decode()
    with store_scope(cast.store_a.id):
        assert not Import.objects.exists()


def test_a_forged_upload_is_refused(cast: Cast) -> None:
    forged = Client(enforce_csrf_checks=True)
    forged.force_login(cast.maya, backend="allauth.account.auth_backends.AuthenticationBackend")

    assert send(forged, cast.store_a, csv_bytes([ROW])).status_code == 403
    with store_scope(cast.store_a.id):
        assert not Import.objects.exists()


def test_an_analyst_looks_on(cast: Cast, maya: Client) -> None:
    analyst = cast.client_of(cast.analyst)
    work = uploaded(maya, cast.store_a, csv_bytes([ROW]))

    assert send(analyst, cast.store_a, csv_bytes([ROW])).status_code == 403
    assert start(analyst, cast.store_a, work).status_code == 403
    assert analyst.post(address("store_import_cancel", cast.store_a, work)).status_code == 403
    page = page_of(analyst, cast.store_a, work)
    assert "Blue mug" in page and "Start the import" not in page and "Discard" not in page
    assert "Upload and check" not in analyst.get(address("store_imports", cast.store_a)).content.decode()
    assert now_is(cast.store_a, work).state == "uploaded"


def test_strangers_find_nothing(cast: Cast, maya: Client, omar: Client, erik: Client) -> None:
    work = uploaded(maya, cast.store_a, csv_bytes([ROW]))

    for client in (omar, erik):
        for name in ("store_import", "store_import_refused"):
            assert client.get(address(name, cast.store_a, work)).status_code == 404
        for name in ("store_import_start", "store_import_cancel"):
            assert client.post(address(name, cast.store_a, work)).status_code == 404
        assert send(client, cast.store_a, csv_bytes([ROW])).status_code == 404
    assert omar.post(address("store_import_cancel", cast.store_b, work)).status_code == 404
    for name in ("store_import", "store_import_refused"):
        assert Client().get(address(name, cast.store_a, work)).headers["Location"].startswith("/accounts/")
    assert now_is(cast.store_a, work).state == "uploaded"


def test_columns_that_nobody_can_guess_are_asked_for(cast: Cast, maya: Client) -> None:
    work = uploaded(maya, cast.store_a, csv_bytes([("x", "2024-03-25", "mug", 2, "12.50")], ["a", "b", "c", "d", "e"]))

    page = page_of(maya, cast.store_a, work)
    response = start(maya, cast.store_a, work)

    assert "Before the rows can be read:" in page
    assert page.count("Every order needs this. Choose its column.") >= 3
    assert "Choose the column that tells customers apart: a number, or an e-mail address." in page
    assert response.status_code == 400
    assert now_is(cast.store_a, work).state == "uploaded"


def test_a_change_of_columns_is_shown_at_once(cast: Cast, maya: Client) -> None:
    work = uploaded(maya, cast.store_a, csv_bytes([("x", "2024-03-25", "mug", 2, "12.50", "c1")], list("abcdef")))
    chosen = {"order": "a", "placed_at": "b", "title": "c", "quantity": "d", "unit_price": "e", "customer": "f"}

    page = page_of(maya, cast.store_a, work, **chosen, date_order="ymd", decimal=".")

    assert "Of the first 1 row: 1 taken" in page and "€25.00" in page


def test_the_same_column_twice_and_two_prices_are_pointed_out(cast: Cast, maya: Client) -> None:
    work = uploaded(maya, cast.store_a, csv_bytes([ROW]))

    page = page_of(maya, cast.store_a, work, order="Order", sku="Order", unit_price="Price", line_total="Price")

    assert "This column already holds “Order or invoice number”." in page
    assert "Choose one of the two prices: the price of one, or the price of the row." in page


@pytest.mark.parametrize(
    ("days", "asked"), [(("03/04/2024", "05/06/2024"), True), (("03/04/2024", "25/06/2024"), False)]
)
def test_day_and_month_are_asked_for_when_both_are_possible(
    cast: Cast, maya: Client, days: tuple[str, ...], asked: bool
) -> None:
    rows = [(f"A{number}", day, *ROW[2:]) for number, day in enumerate(days)]
    work = uploaded(maya, cast.store_a, csv_bytes(rows))
    question = "Both readings are possible. Which comes first in this file, the day or the month?"

    assert (question in page_of(maya, cast.store_a, work)) == asked
    assert (start(maya, cast.store_a, work).status_code == 400) == asked
    if asked:
        start(maya, cast.store_a, work, date_order="mdy")
        with store_scope(cast.store_a.id):
            placed = Order.objects.order_by("placed_at").values_list("placed_at", flat=True)
            assert [at.date() for at in placed] == [dt.date(2024, 3, 4), dt.date(2024, 5, 6)]


def test_times_are_those_of_the_stores_zone_and_commas_are_decimals(cast: Cast, maya: Client) -> None:
    with store_scope(cast.store_a.id):
        Store.objects.filter(pk=cast.store_a.pk).update(timezone="Europe/Berlin")
    text = "Rechnungsnummer;Datum;Artikel;Menge;Preis;Kundennummer\n7;25.03.2024 00:30;Kaffeemühle;1;1.249,90 €;k1\n"

    imported(maya, cast.store_a, text.encode("cp1252"))

    with store_scope(cast.store_a.id):
        order = Order.objects.get()
        assert order.placed_at == dt.datetime(2024, 3, 24, 23, 30, tzinfo=dt.UTC)
        assert (order.goods_minor, order.lines.get().title) == (124_990, "Kaffeemühle")


REFUSED = [
    (("", *ROW[1:]), "The row has no order number."),
    (("A1", "2024-03-25", "", "", *ROW[4:]), "The row names no product."),
    (
        ("A1", "2024-03-25", "post", *ROW[3:]),
        "“post” is no product: it stands for postage, a discount, a fee or a correction.",
    ),
    ((*ROW[:4], "some", *ROW[5:]), "“some” is not a quantity."),
    ((*ROW[:4], "1.5", *ROW[5:]), "The quantity “1.5” is not a whole number."),
    ((*ROW[:4], "0", *ROW[5:]), "The quantity is zero."),
    ((*ROW[:5], "0", *ROW[6:]), "The price is zero."),
    ((*ROW[:5], "-3", *ROW[6:]), "The price is negative."),
    ((*ROW[:5], "cheap", *ROW[6:]), "“cheap” is not an amount."),
    ((*ROW[:5], "99999999999999", *ROW[6:]), "The price is larger than any order's."),
    (("A1", "soon", *ROW[2:]), "“soon” is not a date."),
    (("A1", "2024-02-30", *ROW[2:]), "“2024-02-30” is not a date that exists."),
    (("A1", "2124-02-28", *ROW[2:]), "The date “2124-02-28” lies in the future."),
    (("A1", "", *ROW[2:]), "The order has no date."),
    ((*ROW[:6], "", ""), "The order has no customer number and no e-mail address."),
    ((*ROW[:7], "nobody"), "“nobody” is not an e-mail address."),
    ((*ROW, "extra"), "The row has 9 cells where the header names 8 columns."),
    (("A" * 61, *ROW[1:]), f"“{'A' * 59}…” is longer than 60 characters."),
    ((*ROW[:4], "-1", *ROW[5:]), "Nothing of this product that the customer bought before is left to cancel."),
    (("A1", "", *ROW[2:4], "-1", *ROW[5:]), "A cancellation needs its date and its customer in the same row."),
]


def test_rows_are_refused_for_reasons_that_a_person_understands(cast: Cast, maya: Client) -> None:
    rows = [(f"A{number}" if row[0] == "A1" else row[0], *row[1:]) for number, (row, _) in enumerate(REFUSED)]
    good = ("OK", "2024-04-01", "CUP", "Cup", 1, "3.00", "c2", "")

    work = imported(maya, cast.store_a, csv_bytes([*rows, good]))

    reasons = {line_number: reason for line_number, (_, reason) in enumerate(REFUSED, start=2)}
    assert refusals(cast.store_a, work) == reasons
    assert (work.row_count, work.refused_count, work.booked_count, work.order_count) == (21, 20, 1, 1)
    page = page_of(maya, cast.store_a, work)
    assert "The order has no date." in page and "Download these rows" in page
    assert "Other reasons, named in the file" in page


def test_another_currency_is_refused(cast: Cast, maya: Client) -> None:
    rows = [(*ROW, "EUR"), ("A2", *ROW[1:], "USD"), ("A3", *ROW[1:], "")]

    work = imported(maya, cast.store_a, csv_bytes(rows, (*COLUMNS, "Currency")))

    assert refusals(cast.store_a, work) == {3: "The currency is USD, and the store's is EUR."}


def test_two_customers_in_one_order(cast: Cast, maya: Client) -> None:
    rows = [ROW, ("A1", "", "CUP", "Cup", 1, "3.00", "c9", ""), ("A1", "", "POT", "Pot", 1, "9.00", "", "")]

    work = imported(maya, cast.store_a, csv_bytes(rows))

    assert refusals(cast.store_a, work) == {3: "The row names another customer than the first row of its order."}
    with store_scope(cast.store_a.id):
        assert Order.objects.get().goods_minor == 3400


def test_codes_that_are_no_products_are_the_members_to_say(cast: Cast, maya: Client) -> None:
    rows = [("A1", "2024-03-25", "M", "T-shirt in M", 1, "3.00", "c1", ""), ("A2", "2024-03-25", "SHIP", *ROW[3:])]

    work = imported(maya, cast.store_a, csv_bytes(rows), no_products="SHIP, gift card")

    assert refusals(cast.store_a, work) == {
        3: "“SHIP” is no product: it stands for postage, a discount, a fee or a correction."
    }
    with store_scope(cast.store_a.id):
        assert Product.objects.get().title == "T-shirt in M"


def test_a_cancellation_takes_back_the_most_recent_purchase_first(cast: Cast, maya: Client) -> None:
    def bought(order: str, day: str, quantity: int, price: str) -> tuple:
        return (order, day, "MUG", "Mug", quantity, price, "c1", "")

    rows = [
        ("C1", "2024-06-01", "MUG", "Mug", -5, "2.50", "c1", ""),
        bought("A1", "2024-01-01", 4, "2.00"),
        bought("A2", "2024-03-01", 3, "2.50"),
        bought("A3", "2024-09-01", 9, "2.50"),
        ("C2", "2024-07-01", "MUG", "Mug", -3, "2.00", "c1", ""),
        ("C3", "2024-08-01", "MUG", "Mug", -2, "9.00", "c1", ""),
    ]

    work = imported(maya, cast.store_a, csv_bytes(rows))

    found = facts(cast.store_a)
    # C1 takes 3 of A2 for 7.50 and 2 of A1 for 4.00, all that those two still hold, although it states 12.50.
    assert found["refund_lines"] == [
        ("C1/MUG#1", "MUG#1", 2, 400 + 100),
        ("C1/MUG#1", "MUG#1", 3, 750),
        ("C3/MUG#1", "MUG#1", 2, 300),
    ]
    assert refusals(cast.store_a, work) == {6: "3 cancelled, and of what the customer bought before only 2 are left."}


def test_an_order_that_a_signed_message_told_of_is_left_as_it_is(cast: Cast, maya: Client) -> None:
    with store_scope(cast.store_a.id):
        Order.objects.create(
            store=cast.store_a, external_id="A1", number="#A1", status="paid", source="webhook", currency="EUR",
            goods_minor=700, total_minor=900, placed_at=cast.now, changed_at=cast.now,
        )  # fmt: skip
    before = facts(cast.store_a)

    work = imported(maya, cast.store_a, csv_bytes([ROW]))

    after = facts(cast.store_a)
    assert (work.order_count, work.known_order_count, work.refused_count) == (0, 1, 0)
    assert (after["orders"], after["lines"]) == (before["orders"], before["lines"])
    assert "All orders of this file were known already" in page_of(maya, cast.store_a, work)


def test_a_mended_file_corrects_what_an_import_wrote(cast: Cast, maya: Client) -> None:
    """The first time the decimal comma was read as one between thousands."""
    content = csv_bytes([(*ROW[:5], "1,250", *ROW[6:])])
    imported(maya, cast.store_a, content, decimal=".")

    imported(maya, cast.store_a, content, decimal=",")

    with store_scope(cast.store_a.id):
        order = Order.objects.get()
        assert (order.goods_minor, order.total_minor, order.lines.get().amount_minor) == (250, 250, 250)


def test_a_customer_is_known_by_an_address_where_there_is_no_number(cast: Cast, maya: Client) -> None:
    with store_scope(cast.store_a.id):
        Customer.objects.create(store=cast.store_a, external_id="900", email="Ada@Mail.example", name="")
    columns = ("Order", "Date", "Product", "Quantity", "Price", "Email", "Customer name")
    rows = [
        ("A1", "2024-03-25", "Mug", 1, "3.00", "ADA@mail.example", "Ada"),
        ("A2", "2024-03-26", "Mug", 1, "3.00", "bo@mail.example", "Bo"),
    ]

    work = imported(maya, cast.store_a, csv_bytes(rows, columns))

    with store_scope(cast.store_a.id):
        ada = Customer.objects.get(external_id="900")
        assert (ada.name, ada.email, ada.orders.count()) == ("Ada", "Ada@Mail.example", 1)
        assert Customer.objects.get(external_id="bo@mail.example").name == "Bo"
    assert work.customer_count == 1


def test_a_column_taken_for_the_shops_id_does_not_merge_orders(cast: Cast, maya: Client) -> None:
    rows = [(*ROW, "same"), ("A2", *ROW[1:], "same")]

    work = imported(maya, cast.store_a, csv_bytes(rows, (*COLUMNS, "Shop order id")))
    again = imported(maya, cast.store_a, csv_bytes([("A3", *ROW[1:], "same")], (*COLUMNS, "Shop order id")))

    words = "The shop's own id of this order belongs to an order with another number."
    assert refusals(cast.store_a, work) == {3: words}
    assert refusals(cast.store_a, again) == {2: words}


def test_refused_rows_come_back_as_a_file_that_no_spreadsheet_executes(cast: Cast, maya: Client) -> None:
    columns = ("Order", "Date", "Product", "Quantity", "Price", "Customer id", "Note")
    notes = ["=1+1", "+SUM(A1)", "-5", "@cmd", "\tx", "\rx", 'ümlaut, "quoted"\nnew line', "plain"]
    rows = [("A1", "2024-03-25", "Mug", 1, "free", "c1", note) for note in notes]
    work = imported(maya, cast.store_a, csv_bytes(rows, columns))

    response = maya.get(address("store_import_refused", cast.store_a, work))

    text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    header, *lines = csv.reader(io.StringIO(text, newline=""))
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"].startswith('attachment; filename="refused-rows-')
    assert header == ["Line", "Reason", *columns]
    assert [line[0] for line in lines] == ["2", "3", "4", "5", "6", "7", "9", "11"]
    assert {line[1] for line in lines} == {"“free” is not an amount."}
    assert [line[-1] for line in lines] == [f"'{note}" if note[0] in "=+-@\t\r" else note for note in notes]


def test_a_mended_file_of_refused_rows_can_be_uploaded_again(cast: Cast, maya: Client) -> None:
    work = imported(maya, cast.store_a, csv_bytes([(*ROW[:5], "free", *ROW[6:])]))
    response = maya.get(address("store_import_refused", cast.store_a, work))
    text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]

    again = imported(maya, cast.store_a, text.replace("free", "2.00").replace("“2.00” is not", "was not").encode())

    assert (again.order_count, again.refused_count) == (1, 0)


def test_a_running_import_shows_how_far_it_is_and_asks_again(
    cast: Cast, maya: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks.work_import, "delay", lambda *ids: None)
    work = uploaded(maya, cast.store_a, csv_bytes([ROW]))
    start(maya, cast.store_a, work)
    waiting = page_of(maya, cast.store_a, work)
    began = timezone.now() - dt.timedelta(seconds=30)
    with store_scope(cast.store_a.id):
        Import.objects.filter(pk=work.pk).update(
            state="running", started_at=began, done_bytes=work.size_bytes, row_count=18415, booked_count=9200
        )

    running = page_of(maya, cast.store_a, work)

    assert "Waiting for a free worker" in waiting and 'hx-trigger="every 1s"' in waiting
    assert "Booking orders" in running and "9,200 of 18,415 rows, about 10 seconds left" in running
    assert 'hx-trigger="every 1s"' in running and "Cancel the import" in running


@pytest.mark.parametrize(
    ("share", "seconds", "words"),
    [
        (0.01, 60, ""),
        (0.5, 1, ""),
        (0.9, 20, "a few seconds left"),
        (0.5, 42, "about 40 seconds left"),
        (0.25, 60, "about 3 minutes left"),
    ],
)
def test_time_left_in_words(share: float, seconds: int, words: str) -> None:
    assert time_left(share, dt.timedelta(seconds=seconds)) == words


def test_what_has_ended_cannot_be_started_or_cancelled(cast: Cast, maya: Client) -> None:
    work = imported(maya, cast.store_a, csv_bytes([ROW]))

    cancelled = maya.post(address("store_import_cancel", cast.store_a, work))
    started = maya.post(address("store_import_start", cast.store_a, work), {"order": "Order"})

    assert (cancelled.status_code, started.status_code) == (409, 409)
    assert "This import has ended already." in cancelled.content.decode()


def test_a_double_click_starts_it_once(cast: Cast, maya: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Any] = []
    monkeypatch.setattr(tasks.work_import, "delay", lambda *ids: calls.append(ids))
    work = uploaded(maya, cast.store_a, csv_bytes([ROW]))

    answers = [start(maya, cast.store_a, work).status_code for _ in range(2)]

    assert (answers, len(calls)) == ([302, 409], 1)


def test_an_upload_whose_file_is_gone_says_so(cast: Cast, maya: Client) -> None:
    work = uploaded(maya, cast.store_a, csv_bytes([ROW]))
    default_storage.delete(work.stored_as)

    assert "The uploaded file is gone. Please upload it again." in page_of(maya, cast.store_a, work)
    assert maya.post(address("store_import_start", cast.store_a, work)).status_code == 409
    assert maya.post(address("store_import_cancel", cast.store_a, work)).status_code == 302


def test_the_list_is_paged(cast: Cast, maya: Client) -> None:
    with store_scope(cast.store_a.id):
        Import.objects.bulk_create(
            Import(store=cast.store_a, uploaded_by=cast.maya, filename=f"{number}.csv", stored_as="x", size_bytes=1)
            for number in range(30)
        )

    first = maya.get(address("store_imports", cast.store_a)).content.decode()
    second = maya.get(address("store_imports", cast.store_a), {"page": 2}).content.decode()

    assert "1 to 25 of 30 imports" in first and "26 to 30 of 30 imports" in second

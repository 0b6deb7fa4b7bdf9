"""From bytes to rows: encodings, delimiters, damaged lines, ways of writing dates and amounts. Pure."""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stores.errors import BadInput
from stores.imports.detection import detect
from stores.imports.fields import guess_mapping
from stores.imports.records import BAD_QUOTES, NUL, TOO_LONG, Record, read_records
from stores.imports.values import (
    Unreadable,
    guess_date_order,
    guess_decimal,
    parse_amount,
    parse_moment,
    parse_quantity,
    unguarded,
)

HEADER = "Order,Product,Customer,Price\n"


def records(text: str, *, delimiter: str = ",", start: int = 0, line_number: int = 1) -> list[Record]:
    file = io.BytesIO(text.encode())
    return list(read_records(file, encoding="utf-8", delimiter=delimiter, start=start, line_number=line_number))


def refusal(content: bytes) -> str:
    with pytest.raises(BadInput) as caught:
        detect(io.BytesIO(content))
    return caught.value.message


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("1,Kaffeemühle,Jürgen,5\n".encode(), "utf-8"),
        (b"1,mill,Bob,5\n", "utf-8"),
        ("1,Kaffeemühle,Jürgen Groß,5\n".encode("cp1252"), "cp1252"),
        ("1,Café crème à la pêche,Élodie Lefèvre,3\n".encode("cp1252") * 40, "cp1252"),
        (b"1,mug,Bob,\xa33.50\n" * 30, "cp1252"),
    ],
)
def test_the_encoding_is_found(content: bytes, encoding: str) -> None:
    dialect = detect(io.BytesIO(HEADER.encode() + content))

    assert (dialect.encoding, dialect.delimiter, dialect.start, dialect.first_line) == (encoding, ",", 29, 2)
    assert dialect.columns == ("Order", "Product", "Customer", "Price")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "utf-16-le"])
def test_marks_and_utf_16_are_understood(encoding: str) -> None:
    file = io.BytesIO((HEADER + "1,Kaffeemühle,Jürgen,5\n2,Thé,Zoë,3\n").encode(encoding))

    dialect = detect(file)
    rows = read_records(
        file, encoding=dialect.encoding, delimiter=",", start=dialect.start, line_number=dialect.first_line
    )

    assert dialect.columns == ("Order", "Product", "Customer", "Price")
    assert [row.cells for row in rows] == [["1", "Kaffeemühle", "Jürgen", "5"], ["2", "Thé", "Zoë", "3"]]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("1,Кофемолка ручная,Иван Петров,5\n", "cp1251"),
        ("1,Příšerně žluťoučký kůň,Jiří Dvořák,5\n", "cp1250"),
        ("1,コーヒーミル,山田太郎,5\n", "shift_jis"),
        ("1,Καφές ελληνικός,Γιώργος,5\n", "cp1253"),
    ],
)
def test_other_encodings_are_refused_rather_than_guessed(text: str, encoding: str) -> None:
    words = refusal(HEADER.encode() + (text * 40).encode(encoding))

    assert words.startswith("The letters of this file cannot be told for sure")
    assert words.endswith("Save it as CSV in UTF-8 and upload that.")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"  \r\n\n", "The file is empty."),
        (b"\xef\xbb\xbf\n \n", "The file has no rows."),
        (HEADER.encode(), "The file has the names of its columns and no rows."),
        (
            b"Order\n1\n2\n",
            "The file has one column only. An order needs several: its number, date, product, price.",
        ),
        (
            b"536423,Mill,2011-01-01,5\n536424,Mug,2011-01-02,3\n",
            "The first line has to hold the names of the columns; here it holds a value, “536423”.",
        ),
        (
            b"Bob,bob@x.example,mug\nZoe,zoe@x.example,cup\n",
            "The first line has to hold the names of the columns; here it holds a value, “bob@x.example”.",
        ),
        (b"PK\x03\x04" + bytes(60), "This is a workbook or a zip archive. Save the sheet as CSV and upload that."),
        (b"\x1f\x8b\x08" + bytes(60), "This file is compressed. Unpack it and upload the CSV in it."),
        (b"%PDF-1.7 " + bytes(60), "This is a PDF. Ask your shop for an export as CSV."),
        (bytes(range(256)) * 40, "This is not a text file. Export your orders as CSV and upload that."),
        (
            b"\xef\xbb\xbfOrder,Product\n1,\xff\xfe\n",
            "The file says that it is UTF-8, and then it is not. It is damaged.",
        ),
        (
            b'"Order,Product\n1,2\n3,4\n',
            "The first line has to hold the names of the columns, and it cannot be read: " + BAD_QUOTES,
        ),
    ],
)
def test_what_is_no_list_of_orders_is_refused_with_the_reason(content: bytes, words: str) -> None:
    assert refusal(content) == words


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_splits_rows_alike(delimiter: str) -> None:
    lines = [["Order", "Product", "Price"], ["1", "Mill, hand; steel", "12,50"], ["2", "Mug | blue", "3,00"]]
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows(lines)

    assert detect(io.BytesIO(buffer.getvalue().encode())).delimiter == delimiter


def test_columns_without_a_name_or_with_the_same_get_one_of_their_own() -> None:
    assert detect(io.BytesIO(b"Order,,Price,Price\n1,2,3,4\n")).columns == ("Order", "Column 2", "Price", "Price (4)")


def test_an_unclosed_quote_costs_one_row_and_never_the_next() -> None:
    rows = records('1,good\n2,"bad\n3,good\n4,"good, too"\n5,"two\nlines"\n')

    assert [(row.line_number, row.cells, row.problem) for row in rows] == [
        (1, ["1", "good"], ""),
        (2, ['2,"bad'], BAD_QUOTES),
        (3, ["3", "good"], ""),
        (4, ["4", "good, too"], ""),
        (5, ["5", "two\nlines"], ""),
    ]


def test_an_unclosed_quote_at_the_end_of_the_file_costs_one_row() -> None:
    rows = records('1,"open\n2,x\n3,y')

    assert [(row.line_number, row.problem) for row in rows] == [(1, BAD_QUOTES), (2, ""), (3, "")]


def test_a_nul_costs_its_row() -> None:
    rows = records("1,a\x00b\n2,x\n")

    assert [(row.cells, row.problem) for row in rows] == [(["1", "a\N{REPLACEMENT CHARACTER}b"], NUL), (["2", "x"], "")]


def test_a_line_of_30_megabytes_costs_its_row_and_is_not_kept() -> None:
    rows = records("1,x\n2," + "y" * 30_000_000 + "\n3,z\n")

    assert [(row.line_number, row.problem, len(row.cells[0])) for row in rows] == [
        (1, "", 1),
        (2, TOO_LONG, 500),
        (3, "", 1),
    ]
    assert rows[-1].end == 30_000_011


def test_blank_rows_are_passed_over() -> None:
    rows = records("1,x\n\n,\n  , \n2,y\n")

    assert [(row.line_number, row.cells) for row in rows] == [(1, ["1", "x"]), (5, ["2", "y"])]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_reading_goes_on_from_where_any_row_ended(ending: str) -> None:
    text = ending.join(["é,1", '"ö\nü",2', '3,"oops', "x", "4,ß", ""])
    whole = records(text)

    for place, row in enumerate(whole):
        rest = records(text, start=row.end, line_number=row.next_line)
        assert rest == whole[place + 1 :]


cells = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)


@given(st.lists(st.lists(cells, min_size=2, max_size=4), max_size=12))
def test_what_csv_writes_is_read_back(rows: list[list[str]]) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)

    read = records(buffer.getvalue())

    assert [row.cells for row in read] == [row for row in rows if any(cell.strip() for cell in row)]
    assert not any(row.problem for row in read)


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_any_text_is_read_to_its_end_without_an_exception(text: str) -> None:
    for row in records(text):
        assert row.end <= len(text.encode())
        assert records(text, start=row.end, line_number=row.next_line) is not None


@pytest.mark.parametrize(
    ("text", "decimal", "amount"),
    [
        ("12.30", ".", "12.30"),
        ("1,234.50", ".", "1234.50"),
        ("£3.75", ".", "3.75"),
        ("$ 1,000", ".", "1000"),
        ("EUR 12.30", ".", "12.30"),
        ("12,30 €", ",", "12.30"),
        ("1.234,50", ",", "1234.50"),
        ("1 234,50", ",", "1234.50"),
        ("1'234,50", ",", "1234.50"),
        ("-5", ".", "-5"),
        (".5", ".", "0.5"),
    ],
)
def test_amounts_as_people_write_them(text: str, decimal: str, amount: str) -> None:
    assert parse_amount(text, decimal) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "abc", "1.2.3", "12,3456.7", "1e5", "NaN", "Infinity", "0x10", "--5", "9" * 40])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="is not an amount"):
        parse_amount(text, ".")


def test_a_comma_is_no_decimal_point() -> None:
    with pytest.raises(Unreadable):
        parse_amount("12,3", ".")


@pytest.mark.parametrize(
    ("text", "words"), [("1.5", "not a whole number"), ("x", "not a quantity"), ("2000000", "larger")]
)
def test_what_is_no_quantity_is_refused(text: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        parse_quantity(text, ".")


@pytest.mark.parametrize(
    ("text", "order", "moment"),
    [
        ("2011-12-09 12:20:00", "ymd", "2011-12-09T12:20:00"),
        ("2011-07-09T12:20:00.123", "ymd", "2011-07-09T11:20:00"),
        ("2011-07-09 12:20:00 +0530", "ymd", "2011-07-09T06:50:00"),
        ("2011-07-09T12:20Z", "dmy", "2011-07-09T12:20:00"),
        ("09/12/2011 12:20", "dmy", "2011-12-09T12:20:00"),
        ("12/9/11 8:26", "mdy", "2011-12-09T08:26:00"),
        ("9.12.2011", "dmy", "2011-12-09T00:00:00"),
        ("12/09/2011 12:05 am", "mdy", "2011-12-09T00:05:00"),
        ("12/09/2011 1:05 PM", "mdy", "2011-12-09T13:05:00"),
    ],
)
def test_dates_as_people_write_them(text: str, order: str, moment: str) -> None:
    assert parse_moment(text, order, "Europe/London") == dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize("text", ["", "yesterday", "31/02/2011", "2011-13-01", "40513.34", "13/13/2011", "0011-01-01"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        parse_moment(text, "dmy", "UTC")


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["2011-12-01", "2011-12-13"], "ymd"),
        (["01/12/2011", "13/12/2011"], "dmy"),
        (["01/12/2011", "12/13/2011"], "mdy"),
        (["01/12/2011", "02/11/2011"], ""),
        (["13/12/2011", "12/13/2011"], ""),
        ([], "ymd"),
    ],
)
def test_the_order_of_day_and_month_needs_evidence(texts: list[str], order: str) -> None:
    assert guess_date_order(texts) == order


@pytest.mark.parametrize(
    ("texts", "mark"),
    [(["1.50", "1,234"], "."), (["1,50", "1.234"], ","), (["1,234", "5"], "."), (["1.234,50"], ","), ([], ".")],
)
def test_the_decimal_mark_needs_evidence(texts: list[str], mark: str) -> None:
    assert guess_decimal(texts) == mark


@pytest.mark.parametrize(
    ("cell", "bare"),
    [("'1001", "1001"), ("'#1001", "#1001"), ("'-5", "-5"), ("'tis", "'tis"), (" x ", "x"), ("'", "'")],
)
def test_the_apostrophe_that_guards_a_cell_is_no_part_of_it(cell: str, bare: str) -> None:
    assert unguarded(cell) == bare


def test_the_columns_of_the_gift_shop_are_guessed() -> None:
    columns = "InvoiceNo StockCode Description Quantity InvoiceDate UnitPrice CustomerID Country".split()

    assert guess_mapping(columns) == {
        "order": "InvoiceNo",
        "sku": "StockCode",
        "title": "Description",
        "quantity": "Quantity",
        "placed_at": "InvoiceDate",
        "unit_price": "UnitPrice",
        "customer": "CustomerID",
        "country": "Country",
    }


def test_plain_columns_are_guessed() -> None:
    columns = ["Order number", "Order date", "SKU", "Product", "Qty", "Line total", "Customer e-mail", "Customer name"]

    assert guess_mapping(columns) == {
        "order": "Order number",
        "placed_at": "Order date",
        "sku": "SKU",
        "title": "Product",
        "quantity": "Qty",
        "line_total": "Line total",
        "email": "Customer e-mail",
        "name": "Customer name",
    }

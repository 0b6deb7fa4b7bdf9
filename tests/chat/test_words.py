"""What people and pages may say, tidied: pure."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.limits import Window
from chat.names import BIRDS, COLOURS, new_pseudonym
from chat.origins import origin_of
from chat.pages import Page, clean_page
from chat.text import LONGEST, clean_text
from stores.errors import BadInput


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  Hello \n", "Hello"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("tab\tstays", "tab\tstays"),
        ("bell\x07 escape\x1b[31m del\x7f c1\x85", "bell escape[31m del c1"),
        ("👩‍👩‍👧 עברית \u200f", "👩‍👩‍👧 עברית \u200f"),
        ("x" * 4000, "x" * 4000),
        ("  " + "x" * 4000 + "\x00"[:0] + "  ", "x" * 4000),
    ],
)
def test_text_is_kept_without_control_characters(raw: str, clean: str) -> None:
    assert clean_text(raw) == clean


@pytest.mark.parametrize(
    "raw", ["", " ", "\n\t", "\u200b", "\x07", "\x00", "a\x00b", "\ud83d", "x" * 4001, None, 7, ["x"], {}]
)
def test_text_that_is_refused(raw: Any) -> None:
    with pytest.raises(BadInput):
        clean_text(raw)


@given(st.text(max_size=5000))
def test_whatever_passes_is_clean_and_stays_so(raw: str) -> None:
    try:
        clean = clean_text(raw)
    except BadInput:
        return
    assert 1 <= len(clean) <= LONGEST
    assert clean_text(clean) == clean
    clean.encode()


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://shop.example/p/1?email=a@b.example#x", "https://shop.example/p/1"),
        ("https://shop.example", "https://shop.example"),
        ("https://shop.example:443/p", "https://shop.example/p"),
        ("https://user:secret@shop.example/p", "https://shop.example/p"),
        ("https://evil.example/p", ""),
        ("http://shop.example/p", ""),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//shop.example/p", ""),
        ("https://[::1/p", ""),
        ("https://shop.example:port/p", ""),
        ("https://shop.example/" + "x" * 600, "https://shop.example/"),
        ("", ""),
    ],
)
def test_an_address_is_kept_only_on_the_stores_own_site(url: str, kept: str) -> None:
    page = clean_page({"url": url, "title": " A\n tent ", "sku": None}, origins=["https://shop.example"])
    assert page == Page(url=kept, title="A tent", sku="")


def test_a_page_is_cut_to_size_and_may_be_absent() -> None:
    page = clean_page({"title": "t" * 300, "sku": "s" * 300, "more": 1}, origins=[])
    assert (len(page.title), len(page.sku)) == (200, 100)
    assert clean_page(None, origins=[]) == Page()


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Shop.Example/path", "https://shop.example"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://127.0.0.1:80/x", "http://127.0.0.1"),
        ("https://[::1]:8443/", "https://[::1]:8443"),
        ("ftp://shop.example", ""),
        ("shop.example", ""),
        ("https://", ""),
    ],
)
def test_origins_are_written_as_browsers_write_them(url: str, origin: str) -> None:
    assert origin_of(url) == origin


def test_pseudonyms_are_two_words_from_many() -> None:
    assert len(set(COLOURS)) == len(COLOURS) == 60
    assert len(set(BIRDS)) == len(BIRDS)
    assert len(COLOURS) * len(BIRDS) > 3500
    colour, bird = new_pseudonym().split()
    assert colour in COLOURS
    assert bird in BIRDS
    assert max(map(len, COLOURS)) + max(map(len, BIRDS)) < 40


def test_the_window_slides() -> None:
    window = Window()
    assert [window.count(at) for at in (0.0, 1.0, 2.0)] == [1, 2, 3]
    assert window.count(10.5) == 3
    assert window.count(30.0) == 1
    assert [window.count(31.0) for _ in range(700)][-1] == 600

"""What templates say in one word, and the pages that must say nothing of their own."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django import forms
from django.contrib.staticfiles import finders
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.test import RequestFactory

from stores import faces
from stores.templatetags.peerside import bps, minor_money, time_words, waiting

NOW = datetime(2026, 12, 3, 12, 0, tzinfo=UTC)


def written(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


@pytest.mark.parametrize(
    ("amount_minor", "currency", "words"),
    [
        (123456, "EUR", "€1,234.56"),
        (-450, "EUR", "−€4.50"),  # a minus sign, no hyphen
        (1200, "JPY", "¥1,200"),
        (12345, "KWD", "KWD12.345"),
    ],
)
def test_money_has_the_decimals_of_its_currency(amount_minor: int, currency: str, words: str) -> None:
    assert minor_money(amount_minor, currency) == words


def test_signed_money_shows_which_way_it_goes() -> None:
    assert written('{% money 2490 "EUR" signed=True %}') == '<span class="money">+€24.90</span>'
    assert written('{% money -450 "EUR" %}') == '<span class="money money--negative">−€4.50</span>'
    assert written('{% money 0 "EUR" signed=True %}') == '<span class="money">€0.00</span>'


@pytest.mark.parametrize(("rate_bps", "words"), [(1000, "10 %"), (1250, "12.5 %"), (5, "0.05 %"), (0, "0 %")])
def test_a_rate_is_a_percentage(rate_bps: int, words: str) -> None:
    assert bps(rate_bps).replace("\N{NO-BREAK SPACE}", " ") == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0:00"), (12.9, "0:12"), (754, "12:34"), (3723, "1:02:03"), (-3, "0:00")]
)
def test_a_clock_counts_up(seconds: float, words: str) -> None:
    assert waiting(seconds) == words


@pytest.mark.parametrize(
    ("past", "words"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "59 minutes ago"),
        (timedelta(hours=23), "23 hours ago"),
        (timedelta(days=6, hours=23), "6 days ago"),
        (timedelta(days=7), "26 November"),
        (timedelta(days=365), "3 December 2025"),
        (timedelta(days=-1), "4 December"),
    ],
)
def test_a_moment_is_told_in_words_for_a_week(past: timedelta, words: str) -> None:
    assert time_words(NOW - past, NOW) == words


def test_a_name_keeps_its_colour_and_initials() -> None:
    assert faces.initials("Erik de Vries") == "EV"
    assert faces.initials("nora@example.com") == "N"
    assert faces.initials("") == "?"
    assert faces.hue("Erik") == faces.hue(" erik ") == 5


def test_every_portrait_is_there() -> None:
    for key in faces.FACES:
        assert finders.find(f"img/faces/{key}.svg"), key


def test_an_avatar_shows_a_portrait_an_address_or_initials() -> None:
    assert "/img/faces/beard" in written('{% avatar "Erik" "beard" %}')
    assert 'src="/files/erik.webp"' in written('{% avatar "Erik" "/files/erik.webp" %}')
    assert ">E</span>" in written('{% avatar "Erik" "" %}')


def test_an_unknown_icon_is_refused() -> None:
    assert "#inbox" in written('{% icon "inbox" %}')
    with pytest.raises(TemplateSyntaxError, match="no symbol “inbocks”"):
        written('{% icon "inbocks" %}')


def test_a_field_ties_its_words_to_its_input() -> None:
    class Invitation(forms.Form):
        email = forms.EmailField(help_text="Where it goes.", widget=forms.EmailInput(attrs={"placeholder": "Email"}))

    html = written("{% form_field form.email %}", form=Invitation({"email": "<b>"}))

    assert 'aria-describedby="id_email_helptext id_email_error"' in html
    assert 'id="id_email_helptext"' in html
    assert 'id="id_email_error"' in html
    assert 'value="&lt;b&gt;"' in html
    assert "placeholder" not in html


def test_code_to_copy_is_text_even_when_it_came_from_the_template() -> None:
    html = written("""{% include "components/copy.html" with id="s" text="<script src=x></script>" %}""")
    assert "&lt;script src=x&gt;" in html
    assert "<script" not in html


@pytest.mark.parametrize("name", ["400.html", "403.html", "404.html", "500.html"])
def test_error_pages_say_nothing_of_the_request(name: str) -> None:
    first = render_to_string(name, {"exception": "secret"}, RequestFactory().get("/s/kestrel/"))
    second = render_to_string(name, {}, RequestFactory().get("/elsewhere/?x=1"))
    assert first == second == render_to_string(name)


def test_no_page_carries_what_the_policy_refuses() -> None:
    """Inline styles, handlers and scripts; a `<script>` without `src` may only be data."""
    here = Path(__file__).resolve().parents[2] / "templates"
    for file in here.rglob("*.html"):
        text = file.read_text()
        for refused in (" style=", "<style", " onclick=", " onsubmit=", " onchange=", "javascript:", "hx-on"):
            assert refused not in text, f"{file.relative_to(here)}: {refused}"
        assert text.count("<script") == text.count("<script src=") + text.count('<script type="module" src='), file

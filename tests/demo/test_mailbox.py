"""The demo mailbox: mail becomes files, files become pages."""

from email import message_from_bytes, policy
from pathlib import Path

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.test import Client

from demo import mailbox


def post(subject: str, text: str, html: str = "") -> str:
    """Send a message through the backend and return its key."""
    connection = get_connection("demo.mailbox.EmailBackend")
    message = EmailMultiAlternatives(subject, text, "Peerside <hello@peerside.example>", ["erik@example.com"])
    if html:
        message.attach_alternative(html, "text/html")
    assert connection.send_messages([message]) == 1
    return mailbox.keys()[0]


def test_empty_mailbox_says_what_will_be_here(browser: Client) -> None:
    assert "No letters yet." in browser.get("/demo/mailbox/").content.decode()


def test_letters_are_listed_newest_first(browser: Client) -> None:
    post("First", "one")
    post("Zweite – mit Umlaut: ü", "two")
    page = browser.get("/demo/mailbox/").content.decode()

    assert page.index("Zweite – mit Umlaut: ü") < page.index("First")
    assert "to erik@example.com" in page


def test_letter_shows_its_text_with_links_and_nothing_of_it_runs(browser: Client) -> None:
    text = "Hello Erik,\n\naccept here: https://peerside.example/i/abc?x=1&y=2.\n\n<script>alert(1)</script> ü"
    key = post("Invitation <b>now</b>", text, "<p>html part</p>")
    page = browser.get(f"/demo/mailbox/{key}/").content.decode()

    assert '<a href="https://peerside.example/i/abc?x=1&amp;y=2"' in page
    assert "Hello Erik," in page and "&lt;script&gt;alert(1)&lt;/script&gt; ü" in page
    assert "<script>alert" not in page and "<b>now</b>" not in page and "html part" not in page


def test_letter_can_be_downloaded_as_it_was_sent(browser: Client) -> None:
    key = post("Invitation", "Hello Erik", "<p>html part</p>")
    answer = browser.get(f"/demo/mailbox/{key}.eml")
    message = message_from_bytes(answer.content, policy=policy.default)

    assert answer["Content-Type"] == "message/rfc822" and f"{key}.eml" in answer["Content-Disposition"]
    assert message["subject"] == "Invitation"
    assert [part.get_content().strip() for part in message.iter_parts()] == ["Hello Erik", "<p>html part</p>"]


def test_letter_without_a_text_part_points_to_the_download(browser: Client) -> None:
    message = EmailMessage("Only html", "<p>x</p>", "a@example.com", ["b@example.com"])
    message.content_subtype = "html"
    get_connection("demo.mailbox.EmailBackend").send_messages([message])
    page = browser.get(f"/demo/mailbox/{mailbox.keys()[0]}/").content.decode()

    assert "This letter has no text part." in page


@pytest.mark.parametrize(
    "path", ["01234567890123456789-0123abcd/", "01234567890123456789-0123abcd.eml", "x/", "..%2f/"]
)
def test_unknown_letter_is_missing(browser: Client, path: str) -> None:
    post("First", "one")

    assert browser.get(f"/demo/mailbox/{path}").status_code == 404


def test_only_the_newest_five_hundred_are_kept_and_no_half_written_one_is_shown(own_folder: Path) -> None:
    folder = mailbox.folder()
    for number in range(505):
        (folder / f"{number:020d}-0123abcd.eml").write_bytes(b"Subject: old\n\nold")
    (folder / ".00000000000000000999-0123abcd").write_bytes(b"half")
    newest = post("Newest", "one")

    assert len(mailbox.keys()) == 500
    assert mailbox.keys()[0] == newest and mailbox.keys()[-1] == "00000000000000000006-0123abcd"


def test_long_mailbox_has_pages(browser: Client) -> None:
    for number in range(31):
        post(f"Letter {number}", "text")

    first = browser.get("/demo/mailbox/").content.decode()
    second = browser.get("/demo/mailbox/?page=2").content.decode()
    assert "Letter 30" in first and "Letter 0<" not in first and "Page 1 of 2" in first
    assert "Letter 0<" in second

"""The inbox in a real browser: claim, answer, end; being too late; another expert's claim disappears by itself."""

import re

import pytest
from django.test import Client
from playwright.sync_api import expect

from chat import live, services
from stores.models import Product
from stores.scope import store_scope
from tests.chat.kit import Chat
from tests.chat.site import Open

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [390, 1440])
def test_she_switches_on_claims_answers_and_ends(chat: Chat, erik: Client, open_console: Open, width: int) -> None:
    page = open_console(erik, width)
    expect(page.get_by_text("You take no conversations")).to_be_visible()
    page.get_by_role("switch").check()
    expect(page.get_by_text("Nobody is waiting. The next question appears here by itself.")).to_be_visible()

    with store_scope(chat.store.pk):
        Product.objects.create(
            store=chat.store, sku="TENT-2", title="Alder 2 tent", category="Tents", price_minor=32_900
        )
    conversation = chat.start("Is it dry <b>inside</b>?")
    waiting = page.locator("#waiting li")
    expect(waiting).to_contain_text("Is it dry <b>inside</b>?")
    expect(waiting).to_contain_text("looks at Alder 2 tent")
    expect(waiting).to_contain_text(re.compile(r"You are free\. You come first for \d+ s\."))
    expect(page).to_have_title("(1) Inbox · Peerside")
    waiting.get_by_role("button", name="Claim").focus()
    page.keyboard.press("Enter")

    log = page.get_by_role("log")
    expect(log).to_contain_text("You took the conversation.")
    expect(page.get_by_text(f"Erik is a customer of {chat.store.name} and earns a commission")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("Alder 2 tent"))).to_contain_text("€329.00")
    expect(page).to_have_title("Inbox · Peerside")
    answer = page.get_by_label("Your answer")
    answer.click()
    page.keyboard.type("Bone dry.")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("Three winters now.")
    page.keyboard.press("Enter")
    expect(answer).to_have_value("")
    expect(log.locator(".log__item--expert .bubble")).to_have_text(re.compile(r"Bone dry\.\nThree winters now\."))
    expect(log.get_by_text(re.compile("· Sent"))).to_be_visible()
    assert chat.rows(conversation)[-1].text == "Bone dry.\nThree winters now."

    chat.post(conversation, "Lovely, thank you!")
    expect(log).to_contain_text("Lovely, thank you!")
    with store_scope(chat.store.pk):
        seq = chat.row(conversation).last_seq
        services.mark_read(reader=chat.cast.visitor, conversation_id=conversation.pk, seq=seq, now=chat.cast.now)
    expect(log.get_by_text(re.compile("· Read"))).to_be_visible()

    page.get_by_role("button", name="End", exact=True).click()
    page.get_by_role("button", name="End the conversation").click()
    expect(page.get_by_text("You ended this conversation.").first).to_be_visible()
    expect(answer).to_be_hidden()
    assert chat.row(conversation).state == "closed"
    if width == 390:
        page.get_by_role("link", name="Back to the inbox").click()
    expect(page.locator("#mine li")).to_contain_text("Ended · Lovely, thank you!")


def test_unread_messages_are_counted_until_they_are_seen(chat: Chat, erik: Client, open_console: Open) -> None:
    conversation = chat.claimed()
    page = open_console(erik, 390)
    mine = page.locator("#mine li")
    expect(mine.locator(".mine__unread")).to_have_text("1")
    chat.post(conversation, "Are you there?")
    expect(mine.locator(".mine__unread")).to_have_text("2")
    expect(page).to_have_title("(2) Inbox · Peerside")
    mine.get_by_role("link").click()
    expect(page.get_by_role("log")).to_contain_text("Are you there?")
    expect(page).to_have_title("Inbox · Peerside")
    page.go_back()
    expect(mine.locator(".mine__unread")).to_be_hidden()
    page.reload()
    expect(mine.locator(".mine__unread")).to_be_hidden()


def test_who_is_too_late_is_told_who_was_quicker(
    chat: Chat, erik: Client, open_console: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No ring is heard, not even a late one of the beginning: what she sees is older than what is.
    with monkeypatch.context() as deaf:
        deaf.setattr(live._bell, "ring", lambda groups, message: None)
        chat.available(chat.cast.erik, chat.cast.nora)
        conversation = chat.start()
        page = open_console(erik, 390)
        claim = page.get_by_role("button", name="Claim")
        expect(claim).to_be_visible()
        chat.claim(conversation, chat.cast.nora)
    claim.click()
    expect(page.get_by_role("alert")).to_have_text("Nora was quicker.")
    with store_scope(chat.store.pk):
        live.ring(conversation, is_inbox=True)
    expect(claim).to_be_hidden()


def test_what_others_claim_or_she_declines_leaves_the_list(chat: Chat, erik: Client, open_console: Open) -> None:
    chat.available(chat.cast.erik, chat.cast.nora)
    first = chat.start("First question")
    chat.claim(first, chat.cast.nora)
    with store_scope(chat.store.pk):
        services.close(expert=chat.cast.nora, conversation_id=first.pk, now=chat.cast.now)
    page = open_console(erik, 1440)
    second = chat.start("Second question")
    expect(page.get_by_text("Second question")).to_be_visible()
    chat.claim(second, chat.cast.nora)
    expect(page.get_by_text("Second question")).to_be_hidden()
    with store_scope(chat.store.pk):
        services.close(expert=chat.cast.nora, conversation_id=second.pk, now=chat.cast.now)
    chat.start("Third question")
    page.get_by_role("button", name="Not now").click()
    expect(page.get_by_text("Third question")).to_be_hidden()
    expect(page.get_by_text("Nobody is waiting.")).to_be_visible()

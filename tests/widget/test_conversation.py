"""The shopper's side of a conversation, with the real chat behind it."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FrameLocator, Page, expect

from chat.wording import disclosure, promise
from experts.services.experts import set_availability
from stores.scope import store_scope
from tests.cast import SHOP_ORIGIN, Cast
from tests.widget.shop import Shop, buy
from tests.widget.test_pages import LAUNCHER, open_panel

pytestmark = pytest.mark.browser

PAYLOADS = [
    "<img src=x onerror=\"parent.postMessage('hacked', '*')\">",
    "<script>document.title='hacked'</script>",
    "javascript:alert(1) <a href=javascript:alert(1)>x</a>",
    "<svg><animate onbegin=alert(1) attributeName=x>",
    "{{7*7}} ${7*7} &lt;b&gt; \u202e RTL",
]


def write(frame: FrameLocator, text: str) -> None:
    frame.locator("#text").fill(text)
    frame.locator("#text").press("Enter")


def bubbles(frame: FrameLocator) -> list[str]:
    texts = frame.locator(".bubble").all_text_contents()
    return [text.partition(": ")[2] for text in texts]


def test_from_the_question_to_the_end_and_a_new_one(shopfront: Shop, cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        buy(cast.nora, ("CYC-001", "Gravel Bike 40"), ("OUT-001", "Alder 2 tent"), now=cast.now)
        buy(cast.erik, ("CYC-001", "Gravel Bike 40"), now=cast.now)
    page = shopfront.visit()
    frame = open_panel(page)
    expect(frame.locator(".host").first).to_contain_text("Owns the one you are looking at")
    expect(frame.locator("#disclosure")).to_have_text(disclosure(store=cast.store_a.name))
    expect(frame.locator("#role")).to_have_text("Erik and Nora are here")
    expect(frame.locator("#intro")).to_contain_text("Owns Gravel Bike 40, Alder 2 tent")

    write(frame, "Does it fit a rider of 1.93 m?")
    expect(frame.locator("[data-state=sent] .meta")).to_contain_text("Sent")
    expect(frame.locator("#waiting")).to_contain_text("Asking the experts")
    expect(frame.locator("#intro")).to_be_hidden()
    expect(frame.locator("#clock")).to_have_text("0:01")

    shopfront.claim(cast.erik)
    expect(frame.locator("#disclosure")).to_have_text(disclosure(store=cast.store_a.name, expert="Erik"))
    expect(frame.locator("#who")).to_have_text("Erik")
    expect(frame.locator(".card")).to_contain_text("Owns Gravel Bike 40 (")
    expect(frame.locator("#waiting")).to_be_hidden()
    shopfront.reply(cast.erik, "Yes: take the 60 cm frame.")
    write(frame, "Thank you")
    expect(frame.locator("[data-state=sent]")).to_have_count(2)
    assert bubbles(frame) == ["Does it fit a rider of 1.93 m?", "Yes: take the 60 cm frame.", "Thank you"]
    assert shopfront.said() == bubbles(frame)

    shopfront.close(cast.erik)
    expect(frame.locator(".notice")).to_have_text("Erik has ended the conversation.")
    expect(frame.locator("#composer")).to_be_hidden()
    frame.locator("#again").click()
    write(frame, "And the tent?")
    expect(frame.locator("[data-state=sent]")).to_have_count(1)
    expect(frame.locator("#disclosure")).to_have_text(disclosure(store=cast.store_a.name))
    assert bubbles(frame) == ["And the tent?"]
    assert shopfront.said() == ["And the tent?"]


def test_nobody_free_is_told_with_the_promise(shopfront: Shop, cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        for expert in (cast.erik, cast.nora):
            set_availability(expert=expert, is_available=False, now=cast.now)
    page = shopfront.visit()
    frame = open_panel(page)

    write(frame, "Is it waterproof?")

    expect(frame.locator(".notice")).to_have_text(promise(store=cast.store_a.name))
    expect(frame.locator("#waiting")).to_be_hidden()
    expect(frame.locator("#composer")).to_be_visible()
    page.locator("peerside-widget .x").click()
    expect(page.locator(LAUNCHER)).to_contain_text("Your conversation")
    shopfront.claim(cast.erik)
    shopfront.reply(cast.erik, "It is.")
    expect(page.locator("peerside-widget i")).to_have_text("1")


def test_it_goes_on_over_pages_and_counts_what_was_not_read(shopfront: Shop, cast: Cast) -> None:
    page = shopfront.visit()
    frame = open_panel(page)
    write(frame, "Does it fit?")
    expect(frame.locator("[data-state=sent]")).to_have_count(1)
    shopfront.claim(cast.erik)

    # An open panel opens again on the next page, and the focus stays in the page.
    shopfront.pages["/tent"] = shopfront.pages["/bike"]
    shopfront.visit("/tent", page)
    expect(frame.locator(".bubble")).to_have_count(1)
    expect(frame.locator("#text")).not_to_be_focused()

    # A closed one stays closed, and tells.
    page.locator("peerside-widget .x").click()
    expect(page.locator(LAUNCHER)).to_contain_text("Erik")
    page.evaluate("() => { window.counts = []; peerside('on', 'unread', (count) => counts.push(count)) }")
    shopfront.reply(cast.erik, "It does.")
    expect(page.locator("peerside-widget i")).to_have_text("1")
    assert page.evaluate("counts") == [1]
    shopfront.visit("/bike", page)
    expect(page.locator("peerside-widget i")).to_have_text("1")
    expect(page.locator("peerside-widget dialog")).to_be_hidden()
    page.locator(LAUNCHER).click()
    expect(frame.locator(".bubble")).to_have_count(2)
    expect(page.locator("peerside-widget i")).to_be_hidden()
    # A new tab of another day has no such note, and its launcher is as new; the conversation is still in it.
    other = shopfront.visit("/bike")
    expect(other.locator(LAUNCHER)).to_contain_text("Ask Erik or Nora")
    other.locator(LAUNCHER).click()
    expect(other.frame_locator("peerside-widget iframe").locator(".bubble")).to_have_count(2)


def test_unsent_words_survive_the_tab(shopfront: Shop) -> None:
    page = shopfront.visit()
    frame = open_panel(page)
    write(frame, "one")
    expect(frame.locator("[data-state=sent]")).to_have_count(1)
    shopfront.cut()
    shopfront.context.set_offline(True)
    for text in ("two", "three", "four"):
        write(frame, text)
    expect(frame.locator("[data-state=sending]")).to_have_count(3)
    expect(frame.locator("#line")).to_contain_text("What you write is kept")

    page.close()
    assert shopfront.said() == ["one"]
    shopfront.context.set_offline(False)
    again = shopfront.visit()
    frame = open_panel(again)
    expect(frame.locator("[data-state=sending]")).to_have_count(3)
    shopfront.mend()
    again.evaluate("0")
    [inner] = [one for one in again.frames if "/frame/" in one.url]
    inner.evaluate("dispatchEvent(new Event('online'))")

    expect(frame.locator("[data-state=sent]")).to_have_count(4)
    assert shopfront.said() == ["one", "two", "three", "four"]
    assert bubbles(frame) == ["one", "two", "three", "four"]


def test_without_sockets_it_polls(shopfront: Shop, cast: Cast) -> None:
    shopfront.has_sockets = False
    page = shopfront.visit()
    frame = open_panel(page)

    write(frame, "Does it fit?")
    expect(frame.locator("[data-state=sent]")).to_have_count(1)
    shopfront.claim(cast.erik)
    shopfront.reply(cast.erik, "It does.")

    expect(frame.locator(".item--expert")).to_have_count(1)
    assert shopfront.said() == bubbles(frame) == ["Does it fit?", "It does."]
    expect(frame.locator("#line")).to_be_empty()


def test_with_storage_refused_it_works_as_long_as_the_page(shopfront: Shop, cast: Cast) -> None:
    shopfront.context.add_init_script(
        """for (const name of ["localStorage", "sessionStorage", "indexedDB"])
            Object.defineProperty(window, name, { get() { throw new DOMException("refused", "SecurityError") } })"""
    )
    page = shopfront.visit()
    frame = open_panel(page)

    write(frame, "Does it fit?")
    shopfront_sent = frame.locator("[data-state=sent]")
    expect(shopfront_sent).to_have_count(1)
    shopfront.claim(cast.erik)
    shopfront.reply(cast.erik, "It does.")

    expect(frame.locator(".item--expert")).to_have_count(1)


def test_what_is_refused_is_said_and_can_be_sent_again(shopfront: Shop, cast: Cast) -> None:
    page = shopfront.visit()
    frame = open_panel(page)
    write(frame, "Does it fit?")
    expect(frame.locator("[data-state=sent]")).to_have_count(1)
    shopfront.claim(cast.erik)
    expect(frame.locator(".card")).to_be_visible()
    # Erik ends it while the shopper, cut off, is still writing.
    shopfront.cut()
    write(frame, "One more thing")
    shopfront.close(cast.erik)
    shopfront.mend()
    [inner] = [one for one in page.frames if "/frame/" in one.url]
    inner.evaluate("dispatchEvent(new Event('online'))")

    failed = frame.locator("[data-state=failed]")
    expect(failed).to_contain_text("Not sent")
    failed.get_by_role("button", name="Try again").click()

    expect(frame.locator(".bubble")).to_have_count(1)
    expect(frame.locator("[data-state=sent]")).to_have_count(1)
    assert bubbles(frame) == ["One more thing"]
    assert shopfront.said() == ["One more thing"]


def test_a_token_that_the_server_no_longer_knows_is_replaced(shopfront: Shop) -> None:
    page = shopfront.visit()
    [frame, inner] = [open_panel(page), next(one for one in page.frames if "/frame/" in one.url)]
    inner.evaluate("(name) => localStorage.setItem(name, 'x'.repeat(43))", f"peerside.{shopfront.store.public_key}")
    shopfront.visit("/bike", page)
    frame = open_panel(page) if page.locator(LAUNCHER).is_visible() else page.frame_locator("peerside-widget iframe")

    write(frame, "Does it fit?")

    expect(frame.locator("[data-state=sent]")).to_have_count(1)
    assert shopfront.said() == ["Does it fit?"]


def test_nobody_becomes_a_visitor_by_looking(shopfront: Shop) -> None:
    page = shopfront.visit()

    open_panel(page)

    assert not [request for request in shopfront.requests if "/api/" in request]
    assert shopfront.sockets == []


def test_words_are_words(shopfront: Shop, cast: Cast) -> None:
    page = shopfront.visit()
    page.evaluate(
        """() => { window.hacked = 0;
        addEventListener('message', (event) => { if (event.data === 'hacked') hacked += 1 }) }"""
    )
    frame = open_panel(page)
    for text in PAYLOADS:
        write(frame, text)
    expect(frame.locator("[data-state=sent]")).to_have_count(len(PAYLOADS))
    shopfront.claim(cast.erik)
    for text in PAYLOADS:
        shopfront.reply(cast.erik, text)

    expect(frame.locator(".item--expert")).to_have_count(len(PAYLOADS))

    assert bubbles(frame) == PAYLOADS + PAYLOADS
    assert frame.locator("#log img:not(.face), #log svg, #log script, #log a").count() == 0
    assert page.evaluate("hacked") == 0


def test_enter_sends_except_while_letters_are_composed(shopfront: Shop) -> None:
    page = shopfront.visit()
    frame = open_panel(page)
    field = frame.locator("#text")
    field.fill("こんにちは")
    field.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    field.press("Shift+Enter")
    expect(field).to_have_value("こんにちは\n")
    field.press("Enter")

    expect(frame.locator("[data-state=sent]")).to_have_count(1)
    assert shopfront.said() == ["こんにちは"]
    field.fill("   ")
    field.press("Enter")
    expect(frame.locator(".bubble")).to_have_count(1)


def test_the_draft_is_kept_on_the_next_page(shopfront: Shop) -> None:
    page = shopfront.visit()
    frame = open_panel(page)
    frame.locator("#text").fill("Half a thou")

    shopfront.visit("/bike", page)

    expect(frame.locator("#text")).to_have_value("Half a thou")


def test_the_expert_sees_where_the_shopper_goes(shopfront: Shop, cast: Cast) -> None:
    page = shopfront.visit()
    frame = open_panel(page)
    write(frame, "Does it fit?")
    expect(frame.locator("[data-state=sent]")).to_have_count(1)
    shopfront.claim(cast.erik)
    html, headers = shopfront.pages["/bike"]
    shopfront.pages["/tent"] = (html.replace("Gravel Bike 40", "Alder 2 tent").replace("CYC-001", "OUT-001"), headers)

    shopfront.visit("/tent", page)
    expect(frame.locator("#about")).to_contain_text("Alder 2 tent")
    shopfront.reply(cast.erik, "Now the tent?")
    expect(frame.locator(".item--expert")).to_have_count(1)

    conversation = shopfront.conversation()
    assert (conversation.page_url, conversation.page_sku) == (SHOP_ORIGIN + "/tent", "OUT-001")


def test_axe_finds_nothing_in_light_or_dark(shopfront: Shop, cast: Cast) -> None:
    page = shopfront.context.new_page()
    page.emulate_media(reduced_motion="reduce")
    shopfront.visit(page=page)
    assert violations(page) == []
    frame = open_panel(page)
    assert violations(page) == []

    write(frame, "Does it fit?")
    expect(frame.locator("[data-state=sent]")).to_have_count(1)
    shopfront.claim(cast.erik)
    shopfront.reply(cast.erik, "It does.")
    expect(frame.locator(".item--expert")).to_have_count(1)
    shopfront.cut()
    write(frame, "Are you there?")
    expect(frame.locator("#line")).to_contain_text("No connection")
    assert violations(page) == []


def violations(page: Page) -> list[str]:
    """What axe finds in the widget, in both colour schemes; the shop's own sins are its own."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for one in Axe().run(page).response["violations"]:
            nodes = [node for node in one["nodes"] if "peerside" in str(node["target"]) or len(node["target"]) > 1]
            found += [f"{scheme} {one['id']}: {node['html']}" for node in nodes]
    return found

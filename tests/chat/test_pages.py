"""The console's page and the owner's read-along."""

import datetime as dt
import json
import re

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chat import services
from chat.pages import Page
from experts.models import Expert, ExpertState
from stores.scope import store_scope
from tests.cast import make_visitor
from tests.chat.kit import Chat


def inbox_in(page: str) -> dict[str, object]:
    found = re.search(r'<script id="inbox-data" type="application/json">(.*?)</script>', page, re.S)
    assert found
    return json.loads(found[1])


def test_the_inbox_page_brings_its_first_state_along(chat: Chat, erik: Client) -> None:
    conversation = chat.claimed(text="</script><script>alert(1)</script>")
    page = erik.get("/console/").content.decode()
    inbox = inbox_in(page)
    assert [mine["id"] for mine in inbox["mine"]] == [str(conversation.pk)]  # type: ignore[attr-defined]
    assert "<script>alert" not in page


def test_who_is_no_expert_finds_no_console(chat: Chat, maya: Client, omar: Client) -> None:
    missing = maya.get("/no/such/page/")
    for client in (maya, omar):
        answer = client.get("/console/")
        assert (answer.status_code, answer.content) == (404, missing.content)
    assert Client().get("/console/").status_code == 302


def test_a_paused_expert_is_told_so(chat: Chat, erik: Client) -> None:
    with store_scope(chat.store.pk):
        Expert.objects.filter(pk=chat.cast.erik.pk).update(state=ExpertState.PAUSED)
    page = erik.get("/console/").content.decode()
    assert "You are paused" in page
    assert "inbox-data" not in page


def test_the_owner_reads_along(chat: Chat, maya: Client) -> None:
    chat.available(chat.cast.erik)
    conversation = chat.start("Is it <b>dry</b> inside?")
    chat.claim(conversation, chat.cast.erik)
    with store_scope(chat.store.pk):
        services.post_message(
            author=chat.cast.erik,
            conversation_id=conversation.pk,
            client_id=conversation.pk,
            text="Bone dry, three winters now.",
            now=chat.cast.now + dt.timedelta(seconds=95),
        )
        elsewhere = Page(url="https://shop.example/p/stove", title="Ember stove")
        services.move_page(
            visitor=chat.cast.visitor, conversation_id=conversation.pk, page=elsewhere, now=chat.cast.now
        )
    listed = maya.get(f"/s/{chat.store.slug}/conversations/").content.decode()
    assert "Is it &lt;b&gt;dry&lt;/b&gt; inside?" in listed
    assert "1:35" in listed
    assert "Erik" in listed
    page = maya.get(f"/s/{chat.store.slug}/conversations/{conversation.pk}/").content.decode()
    for words in (
        "Is it &lt;b&gt;dry&lt;/b&gt; inside?",
        "Bone dry, three winters now.",
        "earns a commission if you buy something after this conversation.",
        "You are free.",
        'href="https://shop.example/p/stove"',
        "after 1:35",
    ):
        assert words in page


def test_the_list_is_paged_and_filtered(chat: Chat, maya: Client) -> None:
    path = f"/s/{chat.store.slug}/conversations/"
    assert "Show the snippet" in maya.get(path).content.decode()
    for number in range(31):
        with store_scope(chat.store.pk):
            visitor = make_visitor(chat.store)[0]
        chat.start(f"Question {number:02}", visitor=visitor, at=chat.cast.now + dt.timedelta(seconds=number))
    first, second = (maya.get(path, {"page": number}).content.decode() for number in (1, 2))
    assert [len(re.findall(r"Question \d\d", page)) for page in (first, second)] == [30, 1]
    assert first.index("Question 30") < first.index("Question 29")
    assert "Question 00" in second
    assert len(re.findall(r"Question \d\d", maya.get(path, {"state": "missed"}).content.decode())) == 30
    assert "No such conversations" in maya.get(path, {"state": "open"}).content.decode()
    assert len(re.findall(r"Question \d\d", maya.get(path, {"state": "' OR 1=1"}).content.decode())) == 30


def test_the_list_asks_as_often_for_many_as_for_one(chat: Chat, maya: Client) -> None:
    path = f"/s/{chat.store.slug}/conversations/"

    def queries() -> int:
        with store_scope(chat.store.pk):
            visitor = make_visitor(chat.store)[0]
        chat.start(visitor=visitor)
        with CaptureQueriesContext(connection) as captured:
            assert maya.get(path).status_code == 200
        return len(captured)

    counts = [queries() for _ in range(4)]
    assert counts[1:] == [counts[1]] * 3


def test_members_read_and_others_find_nothing(
    chat: Chat, maya: Client, omar: Client, erik: Client, shopper: Client
) -> None:
    conversation = chat.claimed()
    foreign = chat.start(visitor=chat.cast.visitor_b)
    own = f"/s/{chat.store.slug}/conversations/"
    for client in (maya, chat.cast.client_of(chat.cast.manager), chat.cast.client_of(chat.cast.analyst)):
        assert client.get(own).status_code == 200
        assert client.get(f"{own}{conversation.pk}/").status_code == 200
        assert client.get(f"{own}{foreign.pk}/").status_code == 404
    missing = maya.get("/no/such/page/").content
    for client in (omar, erik):
        for path in (own, f"{own}{conversation.pk}/"):
            answer = client.get(path)
            assert (answer.status_code, answer.content) == (404, missing)
    assert shopper.get(own).status_code == 302

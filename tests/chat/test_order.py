"""One order without gaps, one event per client id, nothing lost: whatever the number of writers and of attempts."""

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.utils import timezone

from chat import services
from chat.models import AuthorKind, Conversation, ConversationEvent, EventKind
from chat.pages import Page
from chat.services import messages
from experts.models import Expert
from stores.errors import Conflict, NotFound
from stores.models import Visitor
from stores.scope import store_scope
from tests.chat.kit import Chat, new_id

WRITERS, EACH = 16, 25


def write_at_once(write: Callable[[int], Any], *, each: int = EACH) -> list[Any]:
    """Let WRITERS threads call `write` `each` times, begun together; returns what they returned or raised."""
    barrier = threading.Barrier(WRITERS)

    def work(writer: int) -> list[Any]:
        barrier.wait()
        try:
            return [attempt(write, writer * each + number) for number in range(each)]
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as pool:
        return [result for results in pool.map(work, range(WRITERS)) for result in results]


def attempt(write: Callable[[int], Any], number: int) -> Any:
    try:
        return write(number)
    except IntegrityError as error:
        return error


def test_sixteen_writers_make_one_order_without_gaps(chat: Chat) -> None:
    conversation = chat.claimed()
    reader = chat.widget()
    authors: list[Visitor | Expert] = [chat.cast.visitor, chat.cast.erik]
    events = write_at_once(lambda number: chat.post(conversation, f"{number}", author=authors[number % 2]))
    # 1 question, 2 promise, 3 claimed, then 400 messages.
    assert sorted(event.seq for event in events) == list(range(4, 404))
    assert chat.row(conversation).last_seq == 403
    by_seq = {event.seq: event.text for event in events}
    assert [event["text"] for event in reader.events(str(conversation.pk), 403)[3:]] == [
        by_seq[seq] for seq in range(4, 404)
    ]


def test_without_the_lock_the_same_writers_collide(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: it proves that the writers above do meet, and that the database would not let a number pass twice."""

    def read_without_lock(*, of: Any, conversation_id: uuid.UUID) -> Conversation:
        return of.conversations.select_related("store", "visitor").get(pk=conversation_id)

    monkeypatch.setattr(messages, "lock_conversation", read_without_lock)
    conversation = chat.claimed()
    results = write_at_once(lambda number: chat.post(conversation, f"{number}"))
    refused = [result for result in results if isinstance(result, IntegrityError)]
    assert refused
    assert all("event_seq_once" in str(error) for error in refused)


def test_one_client_id_is_one_event_over_both_ways(chat: Chat, shopper: Client) -> None:
    conversation = chat.claimed()
    widget = chat.widget()
    client_id = new_id()
    widget.send("message", conversation=str(conversation.pk), client_id=client_id, text="Once")
    assert widget.until("ack")["seq"] == 4
    for _ in range(2):
        again = shopper.post(
            chat.path(conversation), {"client_id": client_id, "text": "Once"}, content_type="application/json"
        )
        assert again.json() == {"client_id": client_id, "conversation": str(conversation.pk), "seq": 4}
        widget.send("message", conversation=str(conversation.pk), client_id=client_id, text="Once")
        assert widget.until("ack")["seq"] == 4
    assert chat.told(conversation)[3:] == [(4, "message", "Once")]


def test_the_same_id_at_once_from_many_is_one_event(chat: Chat) -> None:
    conversation = chat.claimed()
    client_id = uuid.uuid4()
    events = write_at_once(lambda number: chat.post(conversation, "Once", client_id=client_id), each=4)
    assert [event.seq for event in events] == [4] * (WRITERS * 4)
    assert chat.row(conversation).last_seq == 4


def test_the_same_id_with_another_text_is_a_conflict(chat: Chat, shopper: Client) -> None:
    conversation = chat.claimed()
    client_id = new_id()
    chat.post(conversation, "One", client_id=uuid.UUID(client_id))
    answer = shopper.post(
        chat.path(conversation), {"client_id": client_id, "text": "Two"}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert answer["Content-Type"] == "application/problem+json"
    widget = chat.widget()
    error = widget.ask("message", conversation=str(conversation.pk), client_id=client_id, text="Two")
    assert {name: error[name] for name in ("code", "is_permanent", "for", "client_id")} == {
        "code": "conflict",
        "is_permanent": True,
        "for": "message",
        "client_id": client_id,
    }
    assert chat.told(conversation)[3:] == [(4, "message", "One")]


def test_an_expert_and_a_visitor_may_have_the_same_id(chat: Chat) -> None:
    conversation = chat.claimed()
    client_id = uuid.uuid4()
    assert chat.post(conversation, "Mine", client_id=client_id).seq == 4
    assert chat.post(conversation, "Mine too", client_id=client_id, author=chat.cast.erik).seq == 5


def test_a_repeated_start_is_the_first_one_even_after_the_end(chat: Chat) -> None:
    client_id = uuid.uuid4()

    def start(text: str) -> ConversationEvent:
        with store_scope(chat.store.pk):
            return services.start_conversation(
                store=chat.store,
                visitor=chat.cast.visitor,
                client_id=client_id,
                text=text,
                page=Page(),
                now=chat.cast.now,
            )

    first = start("Hello")
    conversation = first.conversation
    chat.claim(conversation, chat.cast.erik)
    with store_scope(chat.store.pk):
        services.close(expert=chat.cast.erik, conversation_id=conversation.pk, now=chat.cast.now)
    again = start("Hello")
    assert (again.pk, again.conversation_id, again.seq) == (first.pk, conversation.pk, 1)
    with pytest.raises(Conflict):
        start("Something else")
    with store_scope(chat.store.pk):
        assert chat.cast.visitor.conversations.count() == 1


def test_many_tabs_that_start_at_once_share_one_conversation(chat: Chat) -> None:
    visitor = chat.cast.visitor
    events = write_at_once_started(chat, visitor)
    assert {event.conversation_id for event in events} == {events[0].conversation_id}
    conversation = chat.row_of(str(events[0].conversation_id))
    messages_at = [seq for seq, kind, _ in chat.told(conversation) if kind == EventKind.MESSAGE]
    assert len(messages_at) == WRITERS
    assert chat.row(conversation).last_seq == WRITERS + 1


def write_at_once_started(chat: Chat, visitor: Visitor) -> list[ConversationEvent]:
    barrier = threading.Barrier(WRITERS)

    def start(number: int) -> ConversationEvent:
        barrier.wait()
        try:
            with store_scope(chat.store.pk):
                return services.start_conversation(
                    store=chat.store,
                    visitor=visitor,
                    client_id=uuid.uuid4(),
                    text=f"From tab {number}",
                    page=Page(),
                    now=timezone.now(),
                )
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(start, range(WRITERS)))


def test_what_was_missed_is_caught_up_page_by_page(chat: Chat, shopper: Client) -> None:
    conversation = chat.claimed()
    with store_scope(chat.store.pk):
        for number in range(4, 414):
            chat.post(conversation, f"{number}")
    got: list[dict[str, Any]] = []
    while len(got) < 413:
        answer = shopper.get(chat.path(conversation, "events/"), {"after": len(got)}).json()
        assert answer["last_seq"] == 413
        assert len(answer["events"]) == min(200, 413 - len(got))
        got += answer["events"]
    assert [event["seq"] for event in got] == list(range(1, 414))
    assert [event["text"] for event in got[3:]] == [f"{number}" for number in range(4, 414)]


def test_read_marks_are_events_and_only_grow(chat: Chat) -> None:
    conversation = chat.claimed()
    chat.post(conversation, "One", author=chat.cast.erik)

    def read(seq: int, reader: Any = None) -> int:
        with store_scope(chat.store.pk):
            reader = reader or chat.cast.visitor
            return services.mark_read(
                reader=reader, conversation_id=conversation.pk, seq=seq, now=chat.cast.now
            ).last_seq

    assert read(3) == 4  # nothing of the expert's up to there
    assert read(4) == 5
    assert read(4) == read(2) == read(10**9) == 5
    assert read(2, chat.cast.erik) == 6
    marks = [(event.author_kind, event.data) for event in chat.rows(conversation) if event.kind == EventKind.READ]
    assert marks == [(AuthorKind.VISITOR, {"seq": 4}), (AuthorKind.EXPERT, {"seq": 2})]


def test_nobody_writes_into_a_conversation_of_others(chat: Chat) -> None:
    conversation = chat.claimed()
    for author in (chat.cast.nora, chat.cast.visitor_b):
        with pytest.raises(NotFound):
            chat.post(conversation, "Let me in", author=author)
    assert chat.row(conversation).last_seq == 3

"""Two experts, one conversation: who gets it, and what the shopper is told before her first word."""

import datetime as dt
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from attribution.models import Touchpoint
from chat import services
from chat.errors import Closed, NoRoom, Taken, Undisclosed
from chat.models import Conversation, ConversationState, Offer, OfferState
from chat.services import claims
from experts.models import Expert
from stores.errors import NotFound, Refusal
from stores.models import Customer, Order, OrderLine, Visitor
from stores.models.facts import OrderSource, OrderStatus
from stores.scope import store_scope
from tests.cast import make_visitor
from tests.chat.kit import PATIENCE, Chat


@pytest.fixture
def race(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[object]]:
    """Two experts claim one conversation: both have looked at it before either leaps. Returns what each gets."""
    looked = threading.Barrier(2)
    look = claims._claimable

    def look_and_wait(expert: Expert, conversation_id: uuid.UUID) -> Conversation:
        conversation = look(expert, conversation_id)
        looked.wait(PATIENCE)
        return conversation

    def claim(expert: Expert, conversation: Conversation) -> object:
        try:
            with store_scope(chat.store.pk):
                return services.claim(expert=expert, conversation_id=conversation.pk, now=chat.cast.now)
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    def run() -> list[object]:
        monkeypatch.setattr(claims, "_claimable", look_and_wait)
        conversation = chat.start()
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(claim, [chat.cast.erik, chat.cast.nora], [conversation] * 2))

    return run


def test_of_two_who_claim_at_once_exactly_one_gets_it(chat: Chat, race: Callable[[], list[object]]) -> None:
    results = race()
    [won] = [result for result in results if isinstance(result, Conversation)]
    [lost] = [result for result in results if isinstance(result, Taken)]
    assert chat.row(won).expert == won.expert
    assert lost.message == f"{won.expert} was quicker."
    assert [kind for _, kind, _ in chat.told(won)] == ["message", "promise", "claimed"]


def test_without_the_condition_both_get_it(
    chat: Chat, race: Callable[[], list[object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: the same race with the look before the leap as the only guard."""
    monkeypatch.setattr(claims, "unanswered", lambda conversation_id: Conversation.objects.filter(pk=conversation_id))
    results = race()
    won = [result for result in results if isinstance(result, Conversation)]
    assert len(won) == 2
    assert [kind for _, kind, _ in chat.told(won[0])] == ["message", "promise", "claimed", "claimed"]


def test_the_slower_one_is_told_who_was_quicker(chat: Chat, nora: Client) -> None:
    conversation = chat.claimed(chat.cast.erik)
    answer = nora.post(f"/console/api/conversations/{conversation.pk}/claim/", {}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"], answer.json()["title"]) == (409, "taken", "Erik was quicker.")
    assert chat.row(conversation).expert == chat.cast.erik
    assert chat.row(conversation).last_seq == 3


def test_claiming_again_changes_nothing(chat: Chat) -> None:
    conversation = chat.claimed()
    chat.claim(conversation, chat.cast.erik)
    assert [kind for _, kind, _ in chat.told(conversation)] == ["message", "promise", "claimed"]


def test_she_is_introduced_with_what_she_owns_the_product_in_question_first(chat: Chat) -> None:
    with store_scope(chat.store.pk):
        owns(chat.cast.erik, "STOVE-1", "Ember stove", dt.date(2026, 3, 1), chat.cast.erik.customer)
        owns(chat.cast.erik, "TENT-2", "Alder 2 tent", dt.date(2025, 4, 30), chat.cast.erik.customer)
    conversation = chat.claimed()
    introduction = chat.rows(conversation)[2].data["expert"]
    assert introduction["owns"] == [
        {"title": "Alder 2 tent", "bought_on": "2025-04-30"},
        {"title": "Ember stove", "bought_on": "2026-03-01"},
    ]


def test_an_experts_words_without_the_disclosure_are_refused(chat: Chat) -> None:
    conversation = chat.start()
    with store_scope(chat.store.pk):
        # As if some other code had given her the conversation.
        Conversation.objects.filter(pk=conversation.pk).update(
            state=ConversationState.OPEN, expert=chat.cast.erik, claimed_at=chat.cast.now
        )
    with pytest.raises(Undisclosed):
        chat.post(conversation, "Buy this one!", author=chat.cast.erik)
    assert [kind for _, kind, _ in chat.told(conversation)] == ["message", "promise"]
    other = chat.claimed(visitor=another_visitor(chat))
    assert chat.post(other, "Buy this one!", author=chat.cast.erik).seq == 4


def test_who_has_not_claimed_it_cannot_write_in_it(chat: Chat) -> None:
    waiting = chat.start()
    for author in (chat.cast.erik, chat.cast.nora):
        with pytest.raises(NotFound):
            chat.post(waiting, "Hello", author=author)
    assert chat.row(waiting).last_seq == 2


def test_she_has_as_many_conversations_as_she_chose(chat: Chat) -> None:
    with store_scope(chat.store.pk):
        Expert.objects.filter(pk=chat.cast.erik.pk).update(max_conversations=2)
    first, second, third = (chat.start(visitor=another_visitor(chat)) for _ in range(3))
    chat.claim(first, chat.cast.erik)
    chat.claim(second, chat.cast.erik)
    with pytest.raises(NoRoom):
        chat.claim(third, chat.cast.erik)
    assert chat.row(third).state == ConversationState.MISSED
    close(chat, first)
    chat.claim(third, chat.cast.erik)
    assert chat.row(third).state == ConversationState.OPEN


def test_two_tabs_of_one_expert_do_not_take_her_beyond_it(chat: Chat) -> None:
    with store_scope(chat.store.pk):
        Expert.objects.filter(pk=chat.cast.erik.pk).update(max_conversations=1)
    both = [chat.start(visitor=another_visitor(chat)) for _ in range(2)]
    barrier = threading.Barrier(2)

    def work(conversation: Conversation) -> bool:
        barrier.wait()
        try:
            chat.claim(conversation, chat.cast.erik)
        except NoRoom:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(work, both)) == [False, True]


def test_ending_it_is_an_event_and_the_next_question_a_new_conversation(chat: Chat) -> None:
    conversation = chat.claimed()
    close(chat, conversation)
    close(chat, conversation)
    row = chat.row(conversation)
    assert (row.state, row.closed_at, row.last_seq) == (ConversationState.CLOSED, chat.cast.now, 4)
    with pytest.raises(Closed):
        chat.post(conversation, "One more thing")
    assert chat.start("One more thing").pk != conversation.pk


def test_the_first_reply_that_says_something_is_noted_and_each_leaves_a_touchpoint(chat: Chat) -> None:
    conversation = chat.claimed()
    chat.post(conversation, "Hi there!", author=chat.cast.erik)
    assert chat.row(conversation).first_reply_at is None
    chat.post(conversation, "Mine stayed dry in two days of rain.", author=chat.cast.erik)
    assert chat.row(conversation).first_reply_at == chat.cast.now
    chat.post(conversation, "Great, thank you", author=chat.cast.visitor)
    chat.post(conversation, "Take the footprint with it.", author=chat.cast.erik)
    with store_scope(chat.store.pk):
        points = Touchpoint.objects.filter(conversation_id=conversation.pk).order_by("seq")
        told = [(point.seq, point.expert_id, point.skus, point.is_two_sided) for point in points]
    assert told == [(5, chat.cast.erik.pk, ["TENT-2"], True), (7, chat.cast.erik.pk, ["TENT-2"], True)]


def test_a_claim_ends_the_offers(chat: Chat) -> None:
    chat.available(chat.cast.erik, chat.cast.nora)
    conversation = chat.start()
    chat.claim(conversation, chat.cast.nora)
    with store_scope(chat.store.pk):
        states = dict(Offer.objects.filter(conversation=conversation).values_list("expert_id", "state"))
    assert states == {chat.cast.erik.pk: OfferState.LAPSED, chat.cast.nora.pk: OfferState.CLAIMED}


def close(chat: Chat, conversation: Conversation) -> None:
    with store_scope(chat.store.pk):
        services.close(expert=chat.cast.erik, conversation_id=conversation.pk, now=chat.cast.now)


def another_visitor(chat: Chat) -> Visitor:
    with store_scope(chat.store.pk):
        return make_visitor(chat.store)[0]


def owns(expert: Expert, sku: str, title: str, on: dt.date, customer: Customer | None) -> None:
    """A paid order of the expert's; call it in the store's scope."""
    placed_at = dt.datetime.combine(on, dt.time(12), dt.UTC)
    order = Order.objects.create(
        store=expert.store,
        external_id=uuid.uuid4().hex,
        number="#1",
        customer=customer,
        status=OrderStatus.PAID,
        source=OrderSource.IMPORT,
        currency="EUR",
        goods_minor=10_000,
        total_minor=10_000,
        placed_at=placed_at,
        changed_at=placed_at,
    )
    OrderLine.objects.create(
        store=expert.store, order=order, external_id="1", sku=sku, title=title, quantity=1, amount_minor=10_000
    )

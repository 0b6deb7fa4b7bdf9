"""Who is asked, when, and what is promised when nobody is free."""

import datetime as dt
import uuid
from typing import Any

import pytest

from chat import services
from chat.models import Conversation, ConversationState, Offer, OfferState, PresenceLease
from chat.routing import Ask, Candidate, choose, explain
from chat.services.presence import LEASE_SECONDS, is_present, renew_lease
from chat.tasks import sweep_waiting
from chat.wording import promise
from experts.models import Expert, Terms
from stores.models import Product
from stores.scope import store_scope
from tests.cast import make_expert, make_visitor
from tests.chat.kit import Chat
from tests.chat.test_claims import owns

IDS = [uuid.UUID(int=number) for number in range(1, 9)]


def candidate(number: int, **changes: Any) -> Candidate:
    facts = {
        "owns_product": False,
        "owns_category": False,
        "open_conversations": 0,
        "max_conversations": 3,
        "idle_seconds": 60,
    }
    return Candidate(expert_id=IDS[number], **{**facts, **changes})


def numbers(asks: list[Ask]) -> list[int]:
    return [IDS.index(ask.expert_id) for ask in asks]


def test_owners_come_first_then_their_kin_then_the_least_busy_then_the_longest_idle() -> None:
    everybody = [
        candidate(0, open_conversations=1, idle_seconds=9_000),
        candidate(1, idle_seconds=10),
        candidate(2, idle_seconds=500),
        candidate(3, owns_category=True, open_conversations=2),
        candidate(4, owns_product=True, open_conversations=2),
        candidate(5, owns_product=True, open_conversations=3),  # no room
        candidate(6, owns_product=True, was_asked=True),
        candidate(7, idle_seconds=500),
    ]
    assert numbers(choose(everybody, wave=0)) == [4, 3]
    assert numbers(choose(everybody, wave=1)) == [4, 3, 2, 7]
    assert numbers(choose(everybody, wave=2)) == [4, 3, 2, 7, 1, 0]
    assert numbers(choose(list(reversed(everybody)), wave=2)) == [4, 3, 2, 7, 1, 0]
    assert choose([], wave=0) == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"owns_product": True}, "You own the Alder 2 tent that the shopper is looking at."),
        ({"owns_category": True}, "You own something else from Tents."),
        ({"open_conversations": 2}, "You have room for one more beside your 2."),
        ({}, "You are free."),
    ],
)
def test_each_is_told_why_and_the_stored_inputs_say_it_again(changes: dict[str, Any], reason: str) -> None:
    [ask] = choose([candidate(0, **changes)], wave=0, product="Alder 2 tent", category="Tents")
    assert ask.reason == explain(ask.factors) == reason
    assert (ask.factors["version"], ask.factors["wave"], ask.factors["place"]) == ("1", 0, 1)


def test_waves_at_0_30_and_60_seconds_and_a_promise_at_90(chat: Chat) -> None:
    now = chat.cast.now
    team = [chat.cast.erik, chat.cast.nora]
    with store_scope(chat.store.pk):
        team += [make_expert(chat.store, chat.cast.terms, f"Expert {number}", now) for number in range(6)]
    chat.available(*team, at=now + dt.timedelta(seconds=60))
    conversation = chat.start(at=now)
    asked = []
    for second, (wave, next_second) in {
        0: (1, 30),
        29: (1, 30),
        30: (2, 60),
        31: (2, 60),
        59: (2, 60),
        60: (3, 90),
        89: (3, 90),
        90: (3, None),
        91: (3, None),
    }.items():
        advance(chat, conversation, now + dt.timedelta(seconds=second))
        row = chat.row(conversation)
        due = (row.next_wave_at - now).total_seconds() if row.next_wave_at else None
        assert (second, row.next_wave, due) == (second, wave, next_second)
        asked.append(len(offers(chat, conversation)))
    assert asked == [2, 2, 6, 6, 6, 8, 8, 8, 8]
    row = chat.row(conversation)
    assert (row.state, row.last_seq) == (ConversationState.MISSED, 2)
    assert chat.told(conversation)[1] == (2, "promise", promise(store=chat.store.name))
    assert "come back to this page" in promise(store="X")
    assert "e-mail" not in promise(store="X")
    every = offers(chat, conversation)
    assert {offer.state for offer in every} == {OfferState.LAPSED}
    assert {(offer.expires_at - offer.offered_at).total_seconds() for offer in every} == {15}
    assert sorted(offer.wave for offer in every) == [0, 0, 1, 1, 1, 1, 2, 2]


def test_nobody_there_is_said_at_once(chat: Chat) -> None:
    with store_scope(chat.store.pk):
        services.change_availability(expert=chat.cast.erik, is_available=True, now=chat.cast.now)
    conversation = chat.start()  # available, but not present
    assert [kind for _, kind, _ in chat.told(conversation)] == ["message", "promise"]
    assert chat.row(conversation).state == ConversationState.MISSED


def test_everybody_busy_is_no_reason_to_promise_at_once(chat: Chat) -> None:
    chat.available(chat.cast.erik)
    with store_scope(chat.store.pk):
        Expert.objects.filter(pk=chat.cast.erik.pk).update(max_conversations=1)
    with store_scope(chat.store.pk):
        from_before = Conversation.objects.create(
            store=chat.store,
            visitor=chat.cast.visitor,
            state=ConversationState.OPEN,
            expert=chat.cast.erik,
            pseudonym="Blue Heron",
            started_at=chat.cast.now,
            last_event_at=chat.cast.now,
        )
    waiting = chat.start(visitor=another(chat))
    assert (chat.row(waiting).state, offers(chat, waiting)) == (ConversationState.WAITING, [])
    with store_scope(chat.store.pk):
        Conversation.objects.filter(pk=from_before.pk).update(state=ConversationState.CLOSED)
    advance(chat, waiting, chat.cast.now + dt.timedelta(seconds=30))
    assert [offer.expert_id for offer in offers(chat, waiting)] == [chat.cast.erik.pk]


def test_who_owns_the_product_or_its_kin_is_asked_first(chat: Chat) -> None:
    with store_scope(chat.store.pk):
        third = make_expert(chat.store, chat.cast.terms, "Third", chat.cast.now)
        Product.objects.create(store=chat.store, sku="TENT-2", title="Alder 2 tent", category="Tents")
        Product.objects.create(store=chat.store, sku="TENT-9", title="Alder 9 tent", category="Tents")
        owns(third, "TENT-2", "Alder 2 tent", dt.date(2025, 4, 30), third.customer)
        owns(chat.cast.nora, "TENT-9", "Alder 9 tent", dt.date(2025, 4, 30), chat.cast.nora.customer)
    chat.available(chat.cast.erik, chat.cast.nora, third)
    asked = offers(chat, chat.start())
    assert [(offer.expert_id, offer.reason) for offer in asked] == [
        (third.pk, "You own the Alder 2 tent that the shopper is looking at."),
        (chat.cast.nora.pk, "You own something else from Tents."),
    ]


def test_when_all_who_were_asked_decline_the_next_wave_is_due_at_once(chat: Chat) -> None:
    now = chat.cast.now
    with store_scope(chat.store.pk):
        third = make_expert(chat.store, chat.cast.terms, "Third", now)
    chat.available(chat.cast.erik, chat.cast.nora, third)
    conversation = chat.start()
    later = now + dt.timedelta(seconds=4)
    first_two = {offer.expert_id for offer in offers(chat, conversation)}
    for expert in (chat.cast.erik, chat.cast.nora, third):
        if expert.pk in first_two:
            decline(chat, conversation, expert, later)
    assert chat.row(conversation).next_wave_at == later
    advance(chat, conversation, later)
    states = [offer.state for offer in offers(chat, conversation)]
    assert states == [OfferState.DECLINED, OfferState.DECLINED, OfferState.PENDING]
    assert chat.row(conversation).next_wave_at == now + dt.timedelta(seconds=60)


def test_what_she_declined_is_off_her_list_and_on_the_others(chat: Chat) -> None:
    chat.available(chat.cast.erik, chat.cast.nora)
    conversation = chat.start()
    decline(chat, conversation, chat.cast.erik, chat.cast.now)
    decline(chat, conversation, chat.cast.erik, chat.cast.now)
    assert waiting_of(chat, chat.cast.erik) == []
    [item] = waiting_of(chat, chat.cast.nora)
    assert (item["conversation"], item["reason"]) == (str(conversation.pk), "You are free.")


def test_a_missed_one_still_waits_for_whoever_comes_and_is_answered_in_place(chat: Chat) -> None:
    conversation = chat.start()
    assert waiting_of(chat, chat.cast.erik) == []  # she is not available
    chat.available(chat.cast.erik)
    [item] = waiting_of(chat, chat.cast.erik)
    assert (item["conversation"], item["state"], item["offered_at"]) == (str(conversation.pk), "missed", None)
    chat.claim(conversation, chat.cast.erik)
    chat.post(conversation, "Yes: mine stayed dry for a week.", author=chat.cast.erik)
    told = [kind for _, kind, _ in chat.told(conversation)]
    assert told == ["message", "promise", "claimed", "message"]


def test_the_sweep_does_what_is_due_in_every_store(chat: Chat) -> None:
    long_ago = chat.cast.now - dt.timedelta(minutes=5)
    with store_scope(chat.cast.store_b.pk):
        colleague = make_expert(chat.cast.store_b, Terms.objects.get(), "Olga", long_ago)
    chat.available(chat.cast.erik, colleague, at=long_ago)
    both = [chat.start(at=long_ago), chat.start(visitor=chat.cast.visitor_b, at=long_ago)]
    assert [chat.row(one).state for one in both] == [ConversationState.WAITING] * 2
    sweep_waiting()  # the leases have ended meanwhile: nobody is there any more
    sweep_waiting()
    assert [chat.row(one).state for one in both] == [ConversationState.MISSED] * 2
    assert [[kind for _, kind, _ in chat.told(one)] for one in both] == [["message", "promise"]] * 2


def test_presence_ends_by_itself(chat: Chat) -> None:
    now, connection_id = chat.cast.now, uuid.uuid4()
    with store_scope(chat.store.pk):
        renew_lease(expert=chat.cast.erik, connection_id=connection_id, now=now)
        just_before = now + dt.timedelta(seconds=LEASE_SECONDS, microseconds=-1)
        assert LEASE_SECONDS == 70
        assert is_present(expert=chat.cast.erik, now=just_before)
        assert not is_present(expert=chat.cast.erik, now=now + dt.timedelta(seconds=LEASE_SECONDS))
        renew_lease(expert=chat.cast.erik, connection_id=connection_id, now=just_before)
        assert is_present(expert=chat.cast.erik, now=just_before + dt.timedelta(seconds=69))
        assert PresenceLease.objects.filter(expert=chat.cast.erik).count() == 1
        assert not is_present(expert=chat.cast.nora, now=now)


def advance(chat: Chat, conversation: Conversation, now: dt.datetime) -> None:
    with store_scope(chat.store.pk):
        services.advance(conversation_id=conversation.pk, now=now)
        services.advance(conversation_id=conversation.pk, now=now)  # two workers: the second finds nothing due


def decline(chat: Chat, conversation: Conversation, expert: Expert, now: dt.datetime) -> None:
    with store_scope(chat.store.pk):
        services.decline(expert=expert, conversation_id=conversation.pk, now=now)


def offers(chat: Chat, conversation: Conversation) -> list[Offer]:
    with store_scope(chat.store.pk):
        found = Offer.objects.filter(conversation=conversation)
        return sorted(found, key=lambda offer: (offer.offered_at, offer.factors.get("place", 0)))


def waiting_of(chat: Chat, expert: Expert) -> list[dict[str, Any]]:
    with store_scope(chat.store.pk):
        expert = Expert.objects.select_related("store").get(pk=expert.pk)
        return services.inbox_state(expert=expert, now=chat.cast.now)["waiting"]


def another(chat: Chat) -> Any:
    with store_scope(chat.store.pk):
        return make_visitor(chat.store)[0]

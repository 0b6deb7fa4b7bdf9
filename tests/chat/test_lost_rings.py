"""The doorbell may fail: what was committed is told all the same, by the heartbeat."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.test import Client
from redis import Redis
from redis.exceptions import ConnectionError as RedisDown

from chat import live
from chat.actions import visitor
from chat.consumers import base, ear
from chat.live import group_name
from stores.scope import store_scope
from tests.chat.kit import Chat, new_id


class NoLayer:
    """A channel layer whose Redis is away."""

    async def new_channel(self) -> str:
        raise RedisDown("Connection refused.")

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        raise RedisDown("Connection refused.")


@pytest.fixture
def quick_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "HEARTBEAT_SECONDS", 0.2)


@pytest.fixture
def dropped_rings(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Rings are noted here and go nowhere."""
    dropped: list[dict[str, Any]] = []
    monkeypatch.setattr(live._bell, "ring", lambda groups, message: dropped.append(message))
    return dropped


def test_a_lost_ring_is_made_good_by_the_heartbeat(
    chat: Chat, erik: Client, quick_heartbeat: None, dropped_rings: list[dict[str, Any]]
) -> None:
    conversation = chat.claimed()
    key = str(conversation.pk)
    shopper, console = chat.widget(), chat.console(erik)
    chat.post(conversation, "Nobody heard me say this")
    assert dropped_rings[-1]["seq"] == 4
    for wire in (shopper, console):
        assert wire.events(key, 4)[3]["text"] == "Nobody heard me say this"
        assert wire.until("heartbeat", lambda frame: frame["last_seq"].get(key) == 4)


def test_state_and_inbox_come_back_too(
    chat: Chat, erik: Client, nora: Client, quick_heartbeat: None, dropped_rings: list[dict[str, Any]]
) -> None:
    chat.available(chat.cast.erik, chat.cast.nora)
    shopper, console, other = chat.widget(), chat.console(erik), chat.console(nora)
    conversation = chat.start()
    for wire in (console, other):
        assert wire.until("inbox", lambda frame: frame["inbox"]["waiting_count"] == 1)
    chat.claim(conversation, chat.cast.erik)
    claimed = shopper.until("conversation", lambda frame: frame["conversation"]["expert"])
    assert claimed["conversation"]["state"] == "open"
    [mine] = console.until("inbox", lambda frame: frame["inbox"]["mine"])["inbox"]["mine"]
    assert mine["id"] == str(conversation.pk)
    assert other.until("inbox", lambda frame: frame["inbox"]["waiting_count"] == 0)["inbox"]["mine"] == []


def test_a_heartbeat_is_no_news(chat: Chat, quick_heartbeat: None) -> None:
    conversation = chat.claimed()
    wire = chat.widget()
    for _ in range(3):
        assert wire.next() == {"type": "heartbeat", "last_seq": {str(conversation.pk): 3}}


def test_without_redis_sockets_open_and_look_by_themselves(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "DEAF_SECONDS", 0.1)
    for module in (live, ear):
        monkeypatch.setattr(module, "get_channel_layer", NoLayer)
    wire, other = chat.widget(), chat.widget()
    wire.send("start", client_id=new_id(), text="Can you hear me?", page=None)
    conversation = wire.until("ack")["conversation"]
    told = [(event["kind"], event["seq"]) for event in other.events(conversation, 2)]
    assert told == [("message", 1), ("promise", 2)]


def test_what_is_committed_beside_the_snapshot_is_told(
    chat: Chat, erik: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The moment between reading what the welcome says and the first look for news."""
    conversation = chat.claimed()
    read = visitor.current

    def read_then_post(*about: Any) -> dict[str, Any]:
        welcome = read(*about)
        with ThreadPoolExecutor(1) as another:
            another.submit(chat.post, conversation, "Just after the snapshot").result()
        return welcome

    monkeypatch.setattr(visitor, "current", read_then_post)
    wire = chat.widget()
    assert wire.seen[0]["conversation"]["last_seq"] == 3
    assert wire.events(str(conversation.pk), 4)[3]["text"] == "Just after the snapshot"


def test_a_ring_carries_no_words(chat: Chat, dropped_rings: list[dict[str, Any]]) -> None:
    conversation = chat.claimed()
    chat.post(conversation, "My secret is mellon")
    with store_scope(chat.store.pk):
        live.ring_expert(chat.cast.erik)
    assert {frozenset(ring) for ring in dropped_rings} == {frozenset({"type", "store", "conversation", "seq", "inbox"})}
    assert "mellon" not in json.dumps(dropped_rings)


def test_a_ring_of_another_store_in_our_group_is_dropped(
    chat: Chat, caplog: pytest.LogCaptureFixture, dropped_rings: list[dict[str, Any]]
) -> None:
    conversation = chat.claimed()
    wire = chat.widget()
    chat.post(conversation, "Unheard")
    ours = group_name(chat.store.pk, "visitor", chat.cast.visitor.pk)
    says = {"type": "ring", "conversation": conversation.pk.hex, "seq": 4, "inbox": False}
    bell = live.Bell()
    bell.ring([ours], {**says, "store": chat.cast.store_b.pk.hex})
    bell.ring([ours], {**says, "store": chat.store.pk.hex})
    assert wire.events(str(conversation.pk), 4)[3]["text"] == "Unheard"
    assert [record.message.split(" of store")[0] for record in caplog.records] == ["A ring"]


def test_a_flushed_redis_loses_nothing(chat: Chat, quick_heartbeat: None, settings: Any) -> None:
    conversation = chat.claimed()
    wire = chat.widget()
    Redis.from_url(settings.REDIS_URL).flushdb()
    chat.post(conversation, "After the flood")
    assert wire.events(str(conversation.pk), 4)[3]["text"] == "After the flood"

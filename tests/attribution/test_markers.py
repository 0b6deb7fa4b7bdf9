"""The marker: signed, of one store, and good for thirty days."""

import datetime as dt
import uuid

import pytest

from attribution.markers import LIFETIME, Marker, make_marker, read_marker

STORE, VISITOR, CONVERSATION = (uuid.UUID(int=number) for number in (1, 2, 3))
NOW = dt.datetime(2026, 11, 1, 12, 0, tzinfo=dt.UTC)
FOREIGN = "The order's marker was not signed by us for this store, or was changed."


def marker() -> str:
    return make_marker(store_id=STORE, visitor_id=VISITOR, conversation_id=CONVERSATION, now=NOW)


def test_it_says_whose_conversation_it_is() -> None:
    assert read_marker(store_id=STORE, text=marker(), at=NOW) == (Marker(VISITOR, CONVERSATION, NOW), "")


def test_it_is_short_enough_for_any_carts_attribute() -> None:
    assert len(marker()) < 250


def test_it_ends_after_thirty_days() -> None:
    assert read_marker(store_id=STORE, text=marker(), at=NOW + LIFETIME)[0]
    late = NOW + LIFETIME + dt.timedelta(seconds=1)
    assert read_marker(store_id=STORE, text=marker(), at=late) == (None, "The order's marker was older than 30 days.")


def test_another_stores_marker_means_nothing() -> None:
    assert read_marker(store_id=uuid.uuid4(), text=marker(), at=NOW) == (None, FOREIGN)


def test_no_marker_at_all() -> None:
    assert read_marker(store_id=STORE, text="", at=NOW) == (None, "The order carried no marker.")


def test_something_far_too_long() -> None:
    assert read_marker(store_id=STORE, text=marker() * 9, at=NOW) == (None, "The order's marker is not one of ours.")


@pytest.mark.parametrize("place", range(0, len(marker()), 7))
def test_no_part_of_it_can_be_changed(place: int) -> None:
    text = marker()
    changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]

    assert read_marker(store_id=STORE, text=changed, at=NOW) == (None, FOREIGN)


@pytest.mark.parametrize("text", ["hello", ":", "a:b:c", "é", "\x00", marker().split(":")[0]])
def test_no_other_text_counts(text: str) -> None:
    assert read_marker(store_id=STORE, text=text, at=NOW) == (None, FOREIGN)

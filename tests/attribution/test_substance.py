"""Which replies count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.rules import is_substantive

COURTESIES = [
    "",
    "   \n",
    "👍",
    "!!!",
    "Hi",
    "Hello there!",
    "Hi Anna!",
    "Hi Blue Heron!",
    "Hi! How can I help you?",
    "Hi Blue Heron, how can I help you?",
    "Thanks, Anna",
    "Thank you so much!",
    "You’re welcome 🙂",
    "Bye, have a nice day!",
    "ok",
    "One moment please",
    "Let me check, one sec.",
    "thanks for reaching out!",
    "Hallo, guten Tag!",
    "Vielen Dank, schönen Tag noch",
    "Merci beaucoup, bonne journée !",
    "谢谢",
]
ANSWERS = [
    "Yes",
    "No",
    "Medium.",
    "Size M",
    "Hi, 54",
    "It fits",
    "great tent",
    "Thanks. Take the medium one.",
    "Thanks, size M",
    "ok, then take the blue one",
    "Hi Anna, the Kestrel fits a 54 cm frame.",
    "Let me check the manual: it weighs 2 kg",
    "https://shop.example/p/1",
    "I ride it in the rain every week",
    "Danke, ich fahre das Rad auch im Winter",
    "这个帐篷很好",
]


@pytest.mark.parametrize("text", COURTESIES)
def test_courtesies_do_not_count(text: str) -> None:
    assert not is_substantive(text)


@pytest.mark.parametrize("text", ANSWERS)
def test_answers_count(text: str) -> None:
    assert is_substantive(text)


@given(st.text(max_size=200))
def test_any_text_is_judged_and_a_courtesy_before_it_changes_nothing(text: str) -> None:
    assert is_substantive(f"Hi there!\n{text}") == is_substantive(text)

"""Which replies count: whether a text says something, or is a courtesy only.

Version 1. A text is cut into sentences, and these at commas into clauses. A clause is *courtesy* when nothing
is left of it once greetings, courtesies and fillers are taken away; the name of the person spoken to does not
save it ("Hi Anna", "Thanks, Anna"). A clause with a digit never is courtesy: "Hi, 54" answers. A text is
substantive when one of its clauses is not courtesy. "Yes" and "No" are answers. Emoji alone say nothing.
"""

import re
import unicodedata

from attribution.rules.courtesies import COURTESIES, FILLERS, GREETINGS

SUBSTANCE_VERSION = "1"
NAME_WORDS = 2
SENTENCE_ENDS = re.compile(r"[.!?…;]+(?=\s|$)|\n")
CLAUSE_ENDS = re.compile(r"[,:–—]+(?=\s|$)")
WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


def is_substantive(text: str) -> bool:
    """Whether a reply says something beyond a greeting, thanks, a closing or a plea for patience."""
    return any(_says_something(sentence) for sentence in SENTENCE_ENDS.split(text))


def _says_something(sentence: str) -> bool:
    clauses = [words for clause in CLAUSE_ENDS.split(sentence) if (words := _words(clause))]
    telling = [words for words in clauses if not _is_courtesy(words)]
    if len(telling) == len(clauses):
        return bool(telling)
    # Beside a courtesy a lone word is whom it is said to.
    return any(len(words) > 1 or not words[0].isalpha() for words in telling)


def _words(clause: str) -> list[str]:
    return WORD.findall(unicodedata.normalize("NFKC", clause).casefold().replace("’", "'"))


def _is_courtesy(words: list[str]) -> bool:
    if any(character.isdigit() for word in words for character in word):
        return False
    rest = [word for word in _without(words, _PHRASES) if word not in _FILLERS]
    is_greeting = any(words[: len(phrase)] == phrase for phrase in _GREETINGS)
    return len(rest) <= (NAME_WORDS if is_greeting else 0)


def _without(words: list[str], phrases: list[list[str]]) -> list[str]:
    """The words that belong to none of the phrases."""
    rest, at = [], 0
    while at < len(words):
        taken = next((len(phrase) for phrase in phrases if words[at : at + len(phrase)] == phrase), 0)
        if not taken:
            rest.append(words[at])
        at += taken or 1
    return rest


def _phrases(text: str) -> list[list[str]]:
    """The phrases as words, the longest first, so that "thank you so much" is tried before "thank you"."""
    return sorted((_words(phrase) for phrase in re.split(r"[|\n]", text.strip())), key=len, reverse=True)


_GREETINGS, _PHRASES = _phrases(GREETINGS), _phrases(GREETINGS.rstrip() + COURTESIES)
_FILLERS = frozenset(FILLERS.split())

"""What people may write: pure."""

import unicodedata

from stores.errors import BadInput

LONGEST = 4000
KEPT = "\n\t"


def clean_text(raw: object) -> str:
    """A message's text without control characters and outer space; raises BadInput if nothing or too much is left."""
    text = clean_line_breaks(raw)
    if not any(unicodedata.category(character)[0] not in "CZ" for character in text):
        raise BadInput("Write something first.")
    if len(text) > LONGEST:
        raise BadInput(f"This is longer than {LONGEST:,} characters. Send it in parts.")
    return text


def clean_line_breaks(raw: object) -> str:
    """Text that PostgreSQL can hold, with plain line breaks; raises BadInput for anything else."""
    if not isinstance(raw, str) or "\0" in raw or any("\ud800" <= character <= "\udfff" for character in raw):
        raise BadInput("This text cannot be read.")
    text = raw.replace("\r\n", "\n").replace("\r", "\n")
    kept = (character for character in text if character in KEPT or unicodedata.category(character) != "Cc")
    return "".join(kept).strip()


def clean_line(raw: object, longest: int) -> str:
    """One line of at most `longest` characters, cut where it is longer."""
    return " ".join(clean_line_breaks(raw).split())[:longest].rstrip()

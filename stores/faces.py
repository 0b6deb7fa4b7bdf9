"""The portraits that an expert may choose from until she uploads a picture: files of static/img/faces/."""

import zlib

# key of the file → what a screen reader says
FACES = {
    "waves": "Brown wavy hair",
    "beard": "Black hair and a beard",
    "night": "Long black hair",
    "fair": "Short fair hair",
    "copper": "Long red hair",
    "bald": "No hair at all",
    "silver": "Short grey hair",
    "bun": "Grey hair in a bun",
    "scarf": "Violet headscarf",
    "chestnut": "Short brown hair",
    "snow": "Long white hair",
    "turban": "White turban",
}
HUES = 8


def initials(name: str) -> str:
    """At most two letters that stand for a name: "Erik de Vries" → "EV", "nora@example.com" → "N"."""
    words = [word for word in name.split("@")[0].replace(".", " ").split() if word[0].isalnum()]
    letters = [word[0].upper() for word in (words[:1] + words[-1:] if len(words) > 1 else words)]
    return "".join(letters) or "?"


def hue(name: str) -> int:
    """The name's own colour, the same on every page and in every process: 0 to HUES - 1."""
    return zlib.crc32(name.strip().lower().encode()) % HUES

"""Scripts and sheets that travel to shoppers: readable, without comments, under an address that names their content.

Modules import each other by relative paths, which stay below that address; so a browser may keep them for ever, and a
page never mixes two versions.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.urls import reverse

SHEETS = ("css/tokens.css", "css/widget.css")
PANEL = "js/widget/panel.js"
FRAME = "js/widget/frame.js"
# What FRAME imports, named in the page so that a browser fetches all of it at once.
MODULES = (
    *(f"js/widget/{name}.js" for name in ("bridge", "composer", "elements", "view")),
    *(
        f"js/conversation/{name}.js"
        for name in ("backoff", "client", "connection", "errors", "outbox", "store", "transports")
    ),
)
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
# Sources keep to comments that these find, and have no text that looks like one; the browser tests run what is left.
BLOCKS = {".css": re.compile(r"/\*.*?\*/", re.DOTALL), ".js": re.compile(r"/\*\*.*?\*/ ?", re.DOTALL)}
LINES = re.compile(r"^\s*//[^\n]*", re.MULTILINE)
MARGIN = re.compile(r"^\s+", re.MULTILINE)


@dataclass(frozen=True)
class Assets:
    """All of them as they travel, by name, and what their address says of their content."""

    sources: dict[str, str]
    digest: str


@cache
def assets() -> Assets:
    """Read once per process: a new version comes with a new process."""
    sources = {name: travelling(source_of(name)) for name in (*SHEETS, PANEL, FRAME, *MODULES)}
    digest = hashlib.sha256("\0".join(sources.values()).encode()).hexdigest()[:12]
    return Assets(sources, digest)


def asset_url(name: str) -> str:
    """The address of an asset on the widget's origin."""
    return settings.WIDGET_ORIGIN + reverse("widget_asset", args=[assets().digest, name])


def travelling(file: Path) -> str:
    """A script or sheet without its comments and indentation."""
    text = BLOCKS[file.suffix].sub("", file.read_text())
    if file.suffix == ".js":
        text = LINES.sub("", text)
    return MARGIN.sub("", text)


def source_of(name: str) -> Path:
    """The file behind a name under static/."""
    found = finders.find(name)
    assert isinstance(found, str), name
    return Path(found)

"""Where the shopper is, as his browser says: a claim, tidied before an expert sees it."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

from chat.origins import origin_of
from chat.text import clean_line
from stores.errors import BadInput

LONGEST_URL = 500
LONGEST_TITLE = 200
LONGEST_SKU = 100


@dataclass(frozen=True)
class Page:
    """Address (on the store's own site, or empty), title, and the product's SKU if it is a product's page."""

    url: str = ""
    title: str = ""
    sku: str = ""

    def as_json(self) -> dict[str, str]:
        return asdict(self)


def clean_page(raw: object, *, origins: Collection[str]) -> Page:
    """A page that may be shown and linked to. An address elsewhere is dropped, the rest kept; raises BadInput.

    Query and fragment go too: shops put e-mail addresses, order numbers and search words there.
    """
    if raw is None:
        return Page()
    if not isinstance(raw, dict):
        raise BadInput("A page is an object with url, title and sku.")
    texts = {name: raw.get(name) or "" for name in ("url", "title", "sku")}
    return Page(
        url=_clean_url(texts["url"], origins),
        title=clean_line(texts["title"], LONGEST_TITLE),
        sku=clean_line(texts["sku"], LONGEST_SKU),
    )


def _clean_url(raw: object, origins: Collection[str]) -> str:
    url = clean_line(raw, 4 * LONGEST_URL)
    if (origin := origin_of(url)) not in origins:
        return ""
    bare = origin + urlsplit(url).path
    return bare if len(bare) <= LONGEST_URL else origin + "/"

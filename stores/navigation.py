"""What the dashboard and the console lead to: the entries as data, and those of them that a person may follow."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import NoReverseMatch, resolve, reverse

from stores.access import PERMISSIONS


@dataclass(frozen=True)
class Entry:
    """One place in the navigation: the name of its URL, its word and its icon.

    `also`: how addresses begin that belong to this place without standing below it.
    """

    key: str
    url_name: str
    label: str
    icon: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class NavLink:
    """An entry as a template draws it."""

    key: str
    label: str
    icon: str
    url: str
    is_current: bool


STORE = (
    Entry("overview", "store_overview", "Overview", "layout-dashboard"),
    Entry("conversations", "store_conversations", "Conversations", "messages-square"),
    Entry("orders", "store_orders", "Orders", "shopping-bag"),
    Entry("experts", "store_experts", "Experts", "users"),
    Entry("candidates", "store_candidates", "Candidates", "user-search"),
    Entry("imports", "store_imports", "Imports", "upload"),
    Entry("payouts", "store_payouts", "Payouts", "banknote"),
    Entry("settings", "store_settings", "Settings", "settings"),
)
CONSOLE = (
    Entry("inbox", "console_inbox", "Inbox", "inbox"),
    Entry(
        "earnings",
        "console_earnings",
        "Earnings",
        "wallet",
        also=("/console/orders/", "/console/statements/", "/console/payouts-setup/"),
    ),
    Entry("profile", "console_profile", "Profile", "user-round"),
)


def links(entries: Sequence[Entry], *, path: str, role: str = "", **url_kwargs: str) -> list[NavLink]:
    """The entries that exist here and that `role` may open; current is the one whose address leads `path` furthest.

    The right comes from the view itself (`store_door` notes it there), so that it is said once.
    """
    found = [(entry, url) for entry in entries if (url := address(entry, url_kwargs)) and may_open(url, role)]
    leads = [(len(lead), url) for entry, url in found for lead in (url, *entry.also) if path.startswith(lead)]
    _, current = max(leads, default=(0, ""))
    return [NavLink(entry.key, entry.label, entry.icon, url, url == current) for entry, url in found]


def address(entry: Entry, url_kwargs: dict[str, str]) -> str:
    """Where the entry is mounted; empty if this instance does not serve it."""
    try:
        return reverse(entry.url_name, kwargs=url_kwargs)
    except NoReverseMatch:
        return ""


def may_open(url: str, role: str) -> bool:
    """Whether a member's role passes the door of the view at `url`; views without a store door ask for no role."""
    permission = getattr(resolve(url).func, "permission", None)
    return permission is None or role in PERMISSIONS[permission]

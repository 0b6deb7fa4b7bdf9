"""What a store has yet to do until its first conversation."""

from dataclasses import dataclass

from stores.models import Store
from stores.models.facts import OrderSource


@dataclass(frozen=True)
class Step:
    """One thing to do, where, and whether it is done."""

    title: str
    text: str
    url_name: str
    action: str
    is_done: bool


def checklist(store: Store) -> list[Step]:
    """The way to the first conversation, in order; in the store's scope."""
    return [
        Step(
            "Import your customers",
            "Their orders tell who buys again, and knows your products best.",
            "store_imports",
            "Import a file",
            store.customers.exists(),
        ),
        Step(
            "Invite your first expert",
            "Candidates are ranked, each with the reasons why.",
            "store_candidates",
            "See the candidates",
            store.invitations.exists() or store.experts.exists(),
        ),
        Step(
            "Put the snippet on your shop",
            "One line, and the launcher appears on your product pages.",
            "store_settings",
            "Show the snippet",
            store.visitors.exists(),
        ),
        Step(
            "Connect your shop’s orders",
            "Signed webhooks tell us what was bought, so that experts are credited for it.",
            "store_settings",
            "Show how to connect",
            store.deliveries.exists() or store.orders.exclude(source=OrderSource.IMPORT).exists(),
        ),
        Step(
            "Have the first conversation",
            "It appears here while it is under way.",
            "store_conversations",
            "See conversations",
            store.conversations.exists(),
        ),
    ]

"""Set up a store from a script."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils import timezone

from experts.services.terms import publish_terms
from stores.errors import Refusal
from stores.models.tenant import Platform
from stores.scope import current_store_id, new_store_id, store_scope
from stores.services.tenants import NewStore, create_store


class Command(BaseCommand):
    help = "Make a store with an owner, default terms, an API key and a webhook address. The secrets are shown once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the store's name")
        parser.add_argument("--owner", required=True, metavar="EMAIL", help="who owns it; made if she is new")
        parser.add_argument("--currency", required=True, help="ISO 4217 code, such as EUR")
        parser.add_argument("--platform", choices=Platform.values, default=Platform.GENERIC)
        parser.add_argument("--webhook-secret", default="", metavar="S", help="the platform's; made up if left out")
        parser.add_argument("--website", default="", metavar="URL")
        parser.add_argument(
            "--origin", action="append", default=[], metavar="URL", help="a site that may show the widget"
        )
        parser.add_argument("--return-window-days", type=int, default=None, metavar="N")
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            with store_scope(new_store_id()):
                made = create_store(
                    store_id=current_store_id(),
                    name=options["name"],
                    owner_email=options["owner"],
                    currency=options["currency"].upper(),
                    platform=options["platform"],
                    webhook_secret=options["webhook_secret"],
                    website=options["website"],
                    allowed_origins=tuple(options["origin"]),
                    return_window_days=options["return_window_days"],
                    now=now,
                )
                publish_terms(store=made.store, user=made.owner, now=now)
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(json.dumps(described(made)) if options["json"] else told(made))


def described(made: NewStore) -> dict[str, str]:
    """What a script needs to go on."""
    kwargs = {"platform": made.store.platform, "public_key": made.store.public_key}
    return {
        "store": made.store.slug,
        "public_key": made.store.public_key,
        "api_key": made.api_key,
        "webhook_url": settings.SITE_URL + reverse("webhook", kwargs=kwargs),
        "webhook_secret": made.webhook_secret,
    }


def told(made: NewStore) -> str:
    """The same for a person."""
    lines = [f"{name:>15}: {value}" for name, value in described(made).items()]
    dashboard = f"{settings.SITE_URL}{reverse('store_overview', kwargs={'slug': made.store.slug})}"
    return "\n".join(
        [f"{made.store.name} is made. Its secrets are shown this once:", *lines, f"{'dashboard':>15}: {dashboard}"]
    )

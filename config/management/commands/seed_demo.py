"""Fill an empty database with the two sample stores; run by `make run`, and harmless a second time."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.sample.seed import seed


class Command(BaseCommand):
    help = "Write the sample stores into an empty database, and the demo shop's settings into the data folder."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.PEERSIDE_DEMO:
            raise CommandError("Sample data is for the demo: set PEERSIDE_DEMO=1.")
        self.stdout.write(seed(now=timezone.now()))

"""`manage.py prepare_database`: the database and its three roles, before `migrate --database migrator`."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.database import CannotPrepare, prepare_database
from config.environment import service_url


class Command(BaseCommand):
    help = (
        "Make the database and the logins migrator, app and platform, with their rights. DATABASE_URL must be an "
        "administrator's. Running it again changes nothing."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        url = service_url("DATABASE_URL", "database_url")
        try:
            prepare_database(url, key=settings.SECRET_KEY)
        except CannotPrepare as error:
            raise CommandError(str(error)) from None
        names = ", ".join(str(entry["USER"]) for entry in settings.DATABASES.values())
        self.stdout.write(f"The database is ready for: {names}. Next: manage.py migrate --database migrator")

"""Where the settings' values come from: the process environment, or what `make run` left in its data folder."""

import hashlib
import hmac
import json
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import quote

import environ
import psutil
from django.core.exceptions import ImproperlyConfigured
from psycopg2 import ProgrammingError
from psycopg2.extensions import parse_dsn

BASE_DIR = Path(__file__).resolve().parent.parent
ROLES = ("app", "platform", "migrator")

env = environ.Env()


def var_folder() -> Path:
    """The instance's own data folder: `PEERSIDE_VAR`, by default `var/` beside manage.py."""
    return Path(env.str("PEERSIDE_VAR", default="") or BASE_DIR / "var").expanduser().resolve()


def running_instance() -> dict[str, Any]:
    """What the instance that holds this data folder says of itself, empty when none runs.

    `database_url` and `redis_url` of its embedded servers, `port`, `is_demo`: so that a command in a second terminal
    needs no variables.
    """
    try:
        notes = json.loads((var_folder() / "services.json").read_text())
        return notes if psutil.pid_exists(notes["pid"]) else {}
    except (OSError, ValueError, KeyError):
        return {}


def service_url(name: str, key: str) -> str:
    """The address of a service: variable `name`, else `key` of the running instance.

    Raises ImproperlyConfigured with what to do when neither is there.
    """
    if given := env.str(name, default=""):
        return given
    if found := running_instance().get(key):
        return found
    raise ImproperlyConfigured(
        f"{name} is not set and no embedded server runs in {var_folder()}. Start one with `make run`, or set {name}."
    )


def secret_key(*, is_demo: bool) -> str:
    """SECRET_KEY, which must be set outside the demo; the demo keeps one of its own in its data folder."""
    if given := env.str("SECRET_KEY", default=""):
        return given
    if not is_demo:
        raise ImproperlyConfigured("SECRET_KEY is not set. Set it to a long random text, the same for every process.")
    file = var_folder() / "secret_key"
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with file.open("x") as handle:
            file.chmod(0o600)
            handle.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return file.read_text()


def role_name(role: str, database: str) -> str:
    """The PostgreSQL role that plays `role` (one of ROLES) for a database, such as `peerside_app`."""
    return f"{env.str('DATABASE_ROLE_PREFIX', default=database)}_{role}"


def role_password(role_name: str, key: str) -> str:
    """The password that every process derives alike for a role made by `manage.py prepare_database`."""
    return hmac.new(key.encode(), f"database role {role_name}".encode(), hashlib.sha256).hexdigest()


def database_settings(url: str) -> dict:
    """A libpq connection address as an entry of Django's DATABASES; raises ImproperlyConfigured."""
    try:
        parts = parse_dsn(url)
    except ProgrammingError as error:
        raise ImproperlyConfigured(f"A database address cannot be read: {error}") from None
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", ""),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "OPTIONS": parts,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }


def role_settings(role: str, *, key: str) -> dict:
    """DATABASES entry for a role: DATABASE_<ROLE>_URL, else the administrator's address with the role's own login."""
    if given := env.str(f"DATABASE_{role.upper()}_URL", default=""):
        return database_settings(given)
    settings = database_settings(service_url("DATABASE_URL", "database_url"))
    settings["USER"] = role_name(role, settings["NAME"])
    settings["PASSWORD"] = role_password(settings["USER"], key)
    return settings


def libpq_url(settings: dict) -> str:
    """The address of a DATABASES entry, for tools that take one."""
    login = f"{quote(settings['USER'], safe='')}:{quote(settings['PASSWORD'], safe='')}"
    host, port = quote(settings["HOST"], safe=""), settings["PORT"]
    return f"postgresql://{login}@/{quote(settings['NAME'], safe='')}?host={host}" + (f"&port={port}" if port else "")

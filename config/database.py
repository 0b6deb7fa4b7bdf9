"""Makes the database and its three logins: see DESIGN, "one tenant at a time, three belts"."""

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg2
from psycopg2.errors import InsufficientPrivilege
from psycopg2.extensions import connection, cursor, encrypt_password, make_dsn, parse_dsn
from psycopg2.sql import SQL, Identifier, Literal

from config.environment import ROLES, role_settings

OLDEST_VERSION = 180000
LOCK = 7_337_001  # any number that no other program would choose for its advisory lock
BYPASSES_ROW_SECURITY = {"app": False, "platform": True, "migrator": True}


class CannotPrepare(Exception):
    """The database cannot be made ready; the text tells a person why and what to do."""


def prepare_database(admin_url: str, *, key: str) -> None:
    """Make the database and its roles and give each role its rights; running it again changes nothing.

    *migrator* makes and owns the tables and sees all rows; *app* may read and write rows within row-level security;
    *platform* likewise, but across stores. Neither of the two owns anything. Raises CannotPrepare.
    """
    roles = {role: role_settings(role, key=key) for role in ROLES}
    with connected(admin_url, "DATABASE_URL", may_create=True) as admin, admin.cursor() as db:
        check_version(admin)
        db.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            for role, login in roles.items():
                make_role(db, login["USER"], bypasses=BYPASSES_ROW_SECURITY[role])
            grant_access(db, {role: login["USER"] for role, login in roles.items()})
            for login in roles.values():
                make_password_right(db, login)
        except InsufficientPrivilege as error:
            raise CannotPrepare(advice(db, error)) from None
    migrator = roles["migrator"]
    with connected(address(migrator), "the migrator's login") as owner, owner.cursor() as db:
        for right, what in (("SELECT, INSERT, UPDATE, DELETE", "TABLES"), ("USAGE, SELECT", "SEQUENCES")):
            db.execute(
                SQL("ALTER DEFAULT PRIVILEGES GRANT {} ON {} TO {}, {}").format(
                    SQL(right), SQL(what), Identifier(roles["app"]["USER"]), Identifier(roles["platform"]["USER"])
                )
            )


def address(settings: dict[str, Any]) -> str:
    """A DATABASES entry as a libpq connection string."""
    return make_dsn(
        dbname=settings["NAME"],
        user=settings["USER"],
        password=settings["PASSWORD"] or None,
        host=settings["HOST"] or None,
        port=settings["PORT"] or None,
        **settings["OPTIONS"],
    )


@contextlib.contextmanager
def connected(url: str, name: str, *, may_create: bool = False) -> Iterator[connection]:
    """A connection in autocommit mode, closed with the block; raises CannotPrepare when there is none to be had.

    With `may_create` a database that does not exist is made first.
    """
    try:
        link = psycopg2.connect(url, connect_timeout=10)
    except psycopg2.OperationalError as error:
        if not (may_create and create_database(url)):
            raise CannotPrepare(f"The database cannot be reached with {name}: {str(error).strip()}") from None
        link = psycopg2.connect(url, connect_timeout=10)
    link.autocommit = True
    with contextlib.closing(link):
        yield link


def create_database(url: str) -> bool:
    """Make the database that `url` names; false when it exists or the server cannot be reached at all."""
    name = parse_dsn(url)["dbname"]
    try:
        link = psycopg2.connect(make_dsn(url, dbname="postgres"), connect_timeout=10)
    except psycopg2.OperationalError:
        return False
    link.autocommit = True
    with contextlib.closing(link), link.cursor() as db:
        check_version(link)
        db.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if db.fetchone():
            return False
        try:
            db.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        except InsufficientPrivilege as error:
            raise CannotPrepare(advice(db, error)) from None
    return True


def check_version(link: connection) -> None:
    if link.server_version < OLDEST_VERSION:
        found = link.get_parameter_status("server_version")
        raise CannotPrepare(f"Peerside needs PostgreSQL 18 or later, for uuidv7(); this server is {found}.")


def make_role(db: cursor, name: str, *, bypasses: bool) -> None:
    """Create a login, or put right whether an existing one may log in and whether row-level security holds it."""
    db.execute("SELECT rolsuper, rolcanlogin, rolbypassrls FROM pg_roles WHERE rolname = %s", [name])
    found = db.fetchone()
    if found and found[0]:
        raise CannotPrepare(f"The role {name} is a superuser, whom row-level security does not hold. Choose another.")
    if found == (False, True, bypasses):
        return
    # Said only where it differs from what a new role is: saying it takes the right to bypass oneself.
    security = "BYPASSRLS" if bypasses else "NOBYPASSRLS" if found else ""
    verb = SQL("ALTER" if found else "CREATE")
    db.execute(SQL("{} ROLE {} LOGIN {}").format(verb, Identifier(name), SQL(security)))


def make_password_right(db: cursor, login: dict[str, Any]) -> None:
    """Give a role the password it is going to use, unless it works already; the server sees only a SCRAM verifier."""
    try:
        psycopg2.connect(address(login), connect_timeout=10).close()
    except psycopg2.OperationalError:
        verifier = encrypt_password(login["PASSWORD"], login["USER"], scope=db, algorithm="scram-sha-256")
        db.execute(SQL("ALTER ROLE {} PASSWORD {}").format(Identifier(login["USER"]), Literal(verifier)))


def grant_access(db: cursor, names: dict[str, str]) -> None:
    """Let the three roles, and nobody else, into the database, and only the migrator make anything in it."""
    db.execute("SELECT current_database()")
    (name,) = db.fetchone() or ("",)
    everyone = SQL(", ").join(Identifier(role) for role in names.values())
    words = {"database": Identifier(name), "everyone": everyone, "migrator": Identifier(names["migrator"])}
    for statement in (
        "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        "GRANT CONNECT ON DATABASE {database} TO {everyone}",
        "GRANT CREATE, TEMPORARY ON DATABASE {database} TO {migrator}",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        "GRANT USAGE ON SCHEMA public TO {everyone}",
        "GRANT CREATE ON SCHEMA public TO {migrator}",
    ):
        db.execute(SQL(statement).format(**words))


def advice(db: cursor, error: Exception) -> str:
    """What the administrator of the server should do when our own administrator may too little."""
    db.execute("SELECT current_user, current_database()")
    user, name = db.fetchone() or ("", "")
    return (
        f"{user}, the user in DATABASE_URL, may not prepare the database: {str(error).strip()}\n"
        f"As a superuser, run once:  ALTER ROLE {user} CREATEDB CREATEROLE BYPASSRLS; "
        f"ALTER DATABASE {name} OWNER TO {user};\n"
        "or make the three roles yourself (see docs/operations.md) and set DATABASE_APP_URL, DATABASE_PLATFORM_URL "
        "and DATABASE_MIGRATOR_URL."
    )

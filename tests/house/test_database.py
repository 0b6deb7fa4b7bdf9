"""prepare_database: three logins with three rights, made once, put right again, refused with advice."""

import secrets
from collections.abc import Iterator

import psycopg2
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections
from psycopg2.errors import InsufficientPrivilege
from psycopg2.extensions import connection, make_dsn, parse_dsn

from config import database
from config.database import CannotPrepare, address, connected, create_database, prepare_database
from config.environment import role_settings

KEY = "a key of this test"


@pytest.fixture
def fresh_url(admin_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a database that does not exist yet, with roles of its own; both are dropped afterwards."""
    name = f"fresh_{secrets.token_hex(4)}"
    url = make_dsn(admin_url, dbname=name)
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("DATABASE_ROLE_PREFIX", name)
    yield url
    with connected(make_dsn(admin_url, dbname="postgres"), "the fixture") as link, link.cursor() as db:
        db.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        db.execute("SELECT rolname FROM pg_roles WHERE starts_with(rolname, %s)", [name])
        for (role,) in db.fetchall():
            db.execute(f"DROP ROLE {role}")


def login(role: str) -> connection:
    return psycopg2.connect(address(role_settings(role, key=KEY)))


def run(link: connection, statement: str) -> list[tuple]:
    with link, link.cursor() as db:
        db.execute(statement)
        return db.fetchall() if db.description else []


def test_three_logins_with_three_rights(fresh_url: str) -> None:
    prepare_database(fresh_url, key=KEY)

    migrator, app, platform = login("migrator"), login("app"), login("platform")
    run(migrator, "CREATE TABLE note (id bigint GENERATED ALWAYS AS IDENTITY, store int)")
    run(migrator, "ALTER TABLE note ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    run(migrator, "INSERT INTO note (store) VALUES (1), (2)")

    assert run(migrator, "SELECT count(*) FROM note") == [(2,)]
    assert run(platform, "SELECT count(*) FROM note") == [(2,)]
    assert run(app, "SELECT count(*) FROM note") == [(0,)]
    run(platform, "INSERT INTO note (store) VALUES (3)")
    for link in (app, platform):
        for forbidden in (
            "CREATE TABLE mine (id int)",
            "CREATE TEMPORARY TABLE mine (id int)",
            "ALTER TABLE note DISABLE ROW LEVEL SECURITY",
            "TRUNCATE note",
            "DROP TABLE note",
            "CREATE SCHEMA mine",
            "CREATE ROLE mine",
        ):
            with pytest.raises(InsufficientPrivilege):
                run(link, forbidden)
    for link in (migrator, app, platform):
        link.close()


def test_nobody_else_gets_in(fresh_url: str, admin: connection) -> None:
    prepare_database(fresh_url, key=KEY)
    stranger = f"{parse_dsn(fresh_url)['dbname']}_stranger"
    run(admin, f"CREATE ROLE {stranger} LOGIN PASSWORD 'x'")

    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        psycopg2.connect(make_dsn(fresh_url, user=stranger, password="x"))


def test_twice_changes_nothing_and_mends_what_was_changed(fresh_url: str, admin: connection) -> None:
    prepare_database(fresh_url, key=KEY)
    name = role_settings("app", key=KEY)["USER"]
    run(admin, f"ALTER ROLE {name} NOLOGIN BYPASSRLS PASSWORD 'forgotten'")

    prepare_database(fresh_url, key=KEY)
    prepare_database(fresh_url, key=KEY)

    row = run(admin, f"SELECT rolcanlogin, rolbypassrls, rolsuper FROM pg_roles WHERE rolname = '{name}'")
    assert row == [(True, False, False)]
    login("app").close()


def test_a_new_secret_key_gives_new_passwords(fresh_url: str) -> None:
    prepare_database(fresh_url, key="the old key")
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        login("app")

    prepare_database(fresh_url, key=KEY)

    login("app").close()


def test_an_administrator_who_is_no_superuser_is_enough(fresh_url: str, admin: connection) -> None:
    name = parse_dsn(fresh_url)["dbname"]
    run(admin, f"CREATE ROLE {name}_boss LOGIN CREATEDB CREATEROLE BYPASSRLS PASSWORD 'x'")

    prepare_database(make_dsn(fresh_url, user=f"{name}_boss", password="x"), key=KEY)

    link = login("migrator")
    run(link, "CREATE TABLE note (id int)")
    assert run(login("app"), "SELECT count(*) FROM note") == [(0,)]
    link.close()


@pytest.mark.parametrize("rights", ["", "CREATEDB", "CREATEDB CREATEROLE"])
def test_an_administrator_with_too_few_rights_is_told_what_to_grant(
    rights: str, fresh_url: str, admin: connection
) -> None:
    name = parse_dsn(fresh_url)["dbname"]
    run(admin, f"CREATE ROLE {name}_clerk LOGIN {rights} PASSWORD 'x'")

    with pytest.raises(CannotPrepare, match=f"ALTER ROLE {name}_clerk CREATEDB CREATEROLE BYPASSRLS"):
        prepare_database(make_dsn(fresh_url, user=f"{name}_clerk", password="x"), key=KEY)


def test_a_superuser_is_no_application(fresh_url: str, admin: connection) -> None:
    run(admin, f"CREATE ROLE {role_settings('app', key=KEY)['USER']} LOGIN SUPERUSER")

    with pytest.raises(CannotPrepare, match="is a superuser"):
        prepare_database(fresh_url, key=KEY)


def test_an_old_server_is_refused(fresh_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "OLDEST_VERSION", 990000)

    with pytest.raises(CannotPrepare, match=r"needs PostgreSQL 18 or later.*this server is 18\."):
        prepare_database(fresh_url, key=KEY)


def test_an_unreachable_server_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql://somebody@/thing?host=/nonexistent"
    monkeypatch.setenv("DATABASE_URL", url)

    assert create_database(url) is False
    with pytest.raises(CommandError, match="cannot be reached with DATABASE_URL"):
        call_command("prepare_database")


def test_logins_may_be_given_whole(fresh_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name = parse_dsn(fresh_url)["dbname"]
    own = make_dsn(fresh_url, user=f"{name}_web", password="chosen by hand")
    monkeypatch.setenv("DATABASE_APP_URL", own)

    prepare_database(fresh_url, key=KEY)

    assert run(psycopg2.connect(own), "SELECT current_user::text") == [(f"{name}_web",)]


def test_this_process_works_on_a_database_of_its_own(admin: connection) -> None:
    name = run(admin, "SELECT current_database()")

    for alias in settings.DATABASES:
        with connections[alias].cursor() as db:
            db.execute("SELECT current_database()")
            assert db.fetchall() == name


def test_the_settings_hold_three_different_logins() -> None:
    users = {alias: entry["USER"] for alias, entry in settings.DATABASES.items()}

    assert users == {
        "default": "peerside_test_app",
        "platform": "peerside_test_platform",
        "migrator": "peerside_test_migrator",
    }


def test_logins_made_by_hand_are_left_as_they_are(
    fresh_url: str, admin: connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = parse_dsn(fresh_url)["dbname"]
    for role, right in (("app", ""), ("platform", "BYPASSRLS"), ("migrator", "BYPASSRLS")):
        run(admin, f"CREATE ROLE {name}_hand_{role} LOGIN {right} PASSWORD 'by hand'")
        own = make_dsn(fresh_url, user=f"{name}_hand_{role}", password="by hand")
        monkeypatch.setenv(f"DATABASE_{role.upper()}_URL", own)
    run(admin, f"CREATE ROLE {name}_owner LOGIN CREATEDB PASSWORD 'x'")

    prepare_database(make_dsn(fresh_url, user=f"{name}_owner", password="x"), key=KEY)

    link = login("migrator")
    run(link, "CREATE TABLE note (id int)")
    assert run(login("app"), "SELECT count(*) FROM note") == [(0,)]
    link.close()

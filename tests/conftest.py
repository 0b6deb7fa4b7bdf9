"""What every test stands on: real servers, one database per process, a browser where there is one.

The database is open to all tests, commits are real and nothing is cleaned up: every test makes its own stores.
"""

import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import psycopg2
import pytest
from django.core.management import call_command
from django.db import connections
from psycopg2.extensions import make_dsn, parse_dsn
from psycopg2.sql import SQL, Identifier
from pytest_django.plugin import DjangoDbBlocker

from config.database import connected, prepare_database
from config.embedded import InstanceIsRunning, discard_instance, embedded_services, free_port, instance_lock
from config.environment import BASE_DIR, env, var_folder
from tests.instance import Instance

KEY = "tests only: nothing outside a test run is signed with this"
# What a developer has exported for an instance must not change what tests see.
FORGOTTEN = ("PORT", "SITE_URL", "WIDGET_ORIGIN", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "EMAIL_URL", "DEBUG")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
RUN = pytest.StashKey["Run"]()
LEFT_OUT = pytest.StashKey[dict[str, int]]()
BROWSER_ADVICE = "Chromium was not found; get it with: apt-get install chromium"
DATA_ADVICE = "the data folder was not found; name it with PEERSIDE_DATA"


class Run:
    """The servers of one test run, and the database that every process of the run gets a copy of."""

    def __init__(self) -> None:
        self.stack = contextlib.ExitStack()
        parent = var_folder() / "test"
        parent.mkdir(parents=True, exist_ok=True)
        discard_ended_runs(parent)
        self.folder = Path(tempfile.mkdtemp(dir=parent, prefix="run-"))
        self.stack.callback(discard_instance, self.folder)
        self.stack.enter_context(instance_lock(self.folder, about="tests"))
        given = {"database": env.str("DATABASE_URL", default=""), "redis": env.str("REDIS_URL", default="")}
        missing = {name for name, url in given.items() if not url}
        urls = self.stack.enter_context(embedded_services(self.folder, names=missing, is_durable=False))
        self.admin_url = given["database"] or urls["database_url"]
        self.redis_url = given["redis"] or urls["redis_url"]
        self.template = f"{parse_dsn(self.admin_url)['dbname']}_{self.folder.name.replace('-', '_').lower()}"

    def environment(self, database: str, number: int) -> dict[str, str]:
        """The variables of a process that works on `database`, with a Redis database of its own."""
        return {
            "DATABASE_URL": make_dsn(self.admin_url, dbname=database),
            "REDIS_URL": f"{self.redis_url.rpartition('/')[0]}/{number % 16}",
            "DATABASE_ROLE_PREFIX": "peerside_test",
            "PEERSIDE_TEST_FOLDER": str(self.folder),
            "PEERSIDE_DEMO": "1",
            "SECRET_KEY": KEY,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
        }

    def make_template(self) -> None:
        """Make the first database with all tables; this very process then works on it."""
        enter(self.environment(self.template, 0))
        self.stack.callback(self.drop, self.template)
        prepare_database(os.environ["DATABASE_URL"], key=KEY)
        django.setup()
        call_command("migrate", database="migrator", verbosity=0)
        # Workers inherit our variables, and pytest-django would load their settings before they have got their own.
        del os.environ["DJANGO_SETTINGS_MODULE"]

    def copy_template(self, number: int) -> dict[str, str]:
        """Make the database of another process; returns that process's variables."""
        connections.close_all()
        name = f"{self.template}_{number}"
        with connected(make_dsn(self.admin_url, dbname="postgres"), "DATABASE_URL") as link, link.cursor() as db:
            db.execute(
                SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                    Identifier(name), Identifier(self.template)
                )
            )
        self.stack.callback(self.drop, name)
        environment = self.environment(name, number)
        prepare_database(environment["DATABASE_URL"], key=KEY)
        return environment

    def drop(self, name: str) -> None:
        connections.close_all()
        with connected(make_dsn(self.admin_url, dbname="postgres"), "DATABASE_URL") as link, link.cursor() as db:
            db.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))


def discard_ended_runs(parent: Path) -> None:
    """Remove what killed test runs left; a run that still goes on holds its lock."""
    for folder in parent.glob("run-*"):
        with contextlib.suppress(InstanceIsRunning, FileNotFoundError), instance_lock(folder, about="a sweep"):
            discard_instance(folder)


def enter(environment: dict[str, str]) -> None:
    for name in FORGOTTEN:
        os.environ.pop(name, None)
    os.environ.update(environment)


def chromium() -> str | None:
    """The path of a Chromium, if there is one."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def data_folder_path() -> Path:
    """Where the data that nobody here invented lies; it may be absent."""
    return Path(env.str("PEERSIDE_DATA", default=str(BASE_DIR.parent / "shared" / "data")))


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers (plain run, or xdist's controller), or use what the controller made (its workers)."""
    config.stash[LEFT_OUT] = {}
    if hasattr(config, "workerinput"):
        enter(config.workerinput["environment"])
        django.setup()
        config.pluginmanager.import_plugin("tests.cast")
        return
    if os.environ.get("CI") == "true" and not chromium():
        raise pytest.UsageError(f"In CI no browser test may be left out, but {BROWSER_ADVICE}")
    run = config.stash[RUN] = Run()
    try:
        run.make_template()
    except BaseException:
        run.stack.close()
        raise
    # The cast needs models, and models need settings: it cannot be a plugin before this point.
    config.pluginmanager.import_plugin("tests.cast")


def pytest_unconfigure(config: pytest.Config) -> None:
    if run := config.stash.get(RUN, None):
        run.stack.close()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """xdist: called in the controller, one worker after the other, before each starts."""
    number = int(node.gateway.id.removeprefix("gw")) + 1
    node.workerinput["environment"] = node.config.stash[RUN].copy_template(number)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """xdist: every worker collects all tests, so any worker's account of what it left out holds for the run."""
    node.config.stash[LEFT_OUT].update(getattr(node, "workeroutput", {}).get("left_out", {}))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what this machine cannot play, and keep together what shares an instance or a browser."""
    has_browser, has_data = chromium() is not None, data_folder_path().is_dir()
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        if item.get_closest_marker("browser"):
            needs_instance = "instance" in getattr(item, "fixturenames", ())
            item.add_marker(pytest.mark.xdist_group("instance" if needs_instance else item.path.stem))
            reason = None if has_browser else BROWSER_ADVICE
        else:
            reason = None if has_data or "data_folder" not in getattr(item, "fixturenames", ()) else DATA_ADVICE
        (left_out if reason else kept).append(item)
        if reason:
            config.stash[LEFT_OUT][reason] = config.stash[LEFT_OUT].get(reason, 0) + 1
    items[:] = kept
    config.hook.pytest_deselected(items=left_out)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = session.config.stash[LEFT_OUT]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for reason, count in terminalreporter.config.stash[LEFT_OUT].items():
        terminalreporter.write_line(f"{count} tests left out: {reason}", yellow=True)


@pytest.fixture(scope="session", autouse=True)
def open_database(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let every test use the database; pytest-django would close it to tests without its mark."""
    with django_db_blocker.unblock():
        yield
    connections.close_all()


@pytest.fixture(scope="session")
def admin_url() -> str:
    """The database's address with an administrator's login, for tests of what roles may do."""
    return os.environ["DATABASE_URL"]


@pytest.fixture
def admin(admin_url: str) -> Iterator[psycopg2.extensions.connection]:
    """A connection to this process's database that may do anything; in autocommit mode."""
    with connected(admin_url, "DATABASE_URL") as link:
        yield link


@pytest.fixture(scope="session")
def instance() -> Iterator[Instance]:
    """A demo instance of its own, seeded and running, for browser tests: `instance.url`."""
    folder = Path(os.environ["PEERSIDE_TEST_FOLDER"]) / f"instance-{os.getpid()}"
    made = Instance(folder, free_port(), PEERSIDE_DEMO="1")
    made.start()
    made.wait_until_ready()
    yield made
    made.end(signal.SIGTERM)
    made.discard()


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of data that nobody here invented; a test that asks for it is left out where it is absent."""
    return data_folder_path()

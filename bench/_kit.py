"""What benches share: servers of their own, facts of the machine, a table, the file with the result."""

import contextlib
import json
import os
import platform
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import django
import psutil
from django.core.management import call_command
from django.db import connections
from psycopg2.extensions import make_dsn
from psycopg2.sql import SQL, Identifier

from config.database import CannotPrepare, connected, prepare_database
from config.embedded import EmbeddedError, InstanceIsRunning, discard_instance, embedded_services, instance_lock
from config.environment import BASE_DIR, ROLES, env, var_folder

KEY = "benches only: nothing outside a bench is signed with this"
# What a developer has exported for an instance must not change what a bench measures.
FORGOTTEN = ("SITE_URL", "WIDGET_ORIGIN", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "EMAIL_URL", "DEBUG")


class CannotMeasure(Exception):
    """There is nothing to measure, or nothing to measure on; the text tells a person why and what to do."""


def results_folder() -> Path:
    folder = var_folder() / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def data_folder() -> Path:
    """Where the data that nobody here invented lies; it may be absent."""
    return Path(env.str("PEERSIDE_DATA", default=str(BASE_DIR.parent / "shared" / "data")))


@contextlib.contextmanager
def own_servers() -> Iterator[Path]:
    """Set Django up on an empty, migrated database, a Valkey and a data folder that end with the block.

    Yields the data folder. The database is on the server of DATABASE_URL, else on one that is as durable as that of
    `make run`. Models can be imported in the block only. Once per process, as Django's settings are.
    Raises CannotMeasure.
    """
    parent, before = results_folder(), dict(os.environ)
    discard_ended_runs(parent)
    given = env.str("DATABASE_URL", default="")
    with contextlib.ExitStack() as stack:
        stack.enter_context(servers_faults())
        folder = Path(tempfile.mkdtemp(dir=parent, prefix="run-"))
        stack.callback(discard_instance, folder)
        stack.enter_context(instance_lock(folder, about="a bench"))
        urls = stack.enter_context(embedded_services(folder, names={"redis"} if given else {"database", "redis"}))
        admin_url = given or urls["database_url"]
        database = f"peerside_bench_{folder.name.removeprefix('run-').lower()}"
        stack.callback(put_back, before)
        for name in (*FORGOTTEN, *(f"DATABASE_{role.upper()}_URL" for role in ROLES)):
            os.environ.pop(name, None)
        os.environ |= {
            "DATABASE_URL": make_dsn(admin_url, dbname=database),
            "DATABASE_ROLE_PREFIX": "peerside_bench",
            "REDIS_URL": urls["redis_url"],
            "PEERSIDE_VAR": str(folder),
            "PEERSIDE_DEMO": "0",
            "SECRET_KEY": KEY,
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        stack.callback(drop, database, admin_url)
        prepare_database(os.environ["DATABASE_URL"], key=KEY)
        django.setup()
        call_command("migrate", database="migrator", verbosity=0)
        yield folder


@contextlib.contextmanager
def servers_faults() -> Iterator[None]:
    """What keeps servers from running keeps a bench from measuring."""
    try:
        yield
    except (EmbeddedError, CannotPrepare) as error:
        raise CannotMeasure(str(error)) from None


def discard_ended_runs(parent: Path) -> None:
    """Remove what killed benches left; one that still runs holds its lock."""
    for folder in parent.glob("run-*"):
        with contextlib.suppress(InstanceIsRunning, FileNotFoundError), instance_lock(folder, about="a sweep"):
            discard_instance(folder)


def put_back(environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)


def drop(database: str, admin_url: str) -> None:
    connections.close_all()
    with connected(make_dsn(admin_url, dbname="postgres"), "DATABASE_URL") as link, link.cursor() as db:
        db.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(database)))


def machine(*, postgres: str) -> dict[str, Any]:
    """The facts without which a figure says nothing. `postgres` is the server's version as it says it itself."""
    return {
        "cores": os.cpu_count(),
        "cpu": cpu_name(),
        "memory": f"{psutil.virtual_memory().total / 2**30:.1f} GiB",
        "python": platform.python_version(),
        "postgres": postgres,
    }


def cpu_name() -> str:
    with contextlib.suppress(OSError):
        if found := re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE):
            return found[1].strip()
    return platform.machine()


def forget_peak_memory() -> None:
    """Let `peak_memory_mib` begin anew, where the kernel lets us."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def peak_memory_mib() -> float:
    """The most memory that this process has held at once (VmHWM of proc(5))."""
    found = re.search(r"^VmHWM:\s*(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    return round(int(found[1]) / 1024, 1) if found else 0.0


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lines of columns: the first to the left, figures to the right."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    return "\n".join(
        "  ".join(cell.rjust(width) if place else cell.ljust(width) for place, (cell, width) in enumerate(pairs))
        for pairs in (tuple(zip(row, widths, strict=True)) for row in (head, *rows))
    )


def write_result(
    name: str,
    *,
    machine: dict[str, Any],
    ours: dict[str, Any],
    baseline: dict[str, Any],
    ratios: dict[str, float],
) -> Path:
    """Keep a bench's figures as `<var>/bench/<name>.json`; returns where that is."""
    file = results_folder() / f"{name}.json"
    result = {"name": name, "machine": machine, "ours": ours, "baseline": baseline, "ratios": ratios}
    file.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n")
    return file

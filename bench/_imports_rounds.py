"""The rounds of `bench.imports`, on a database that is there: one bare COPY, one import into a new store, and again."""

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import psycopg2
from django.conf import settings
from django.core.files import File
from django.utils import timezone
from psycopg2.extensions import connection
from psycopg2.sql import SQL, Identifier

from bench import _kit
from config.database import address
from experts.services.terms import publish_terms
from stores.models import Import
from stores.models.imports import ImportState
from stores.scope import current_store_id, new_store_id, store_scope
from stores.services.import_work import work_import
from stores.services.imports import first_choices, receive_file, start_import
from stores.services.tenants import NewStore, create_store

ROUNDS = 3


@dataclass
class Rounds:
    """Seconds of each round; `booked` rows of the last import, the others were refused."""

    postgres: str
    ours: list[float] = field(default_factory=list)
    copy: list[float] = field(default_factory=list)
    booked: int = 0
    peak_rss_mib: float = 0


def measure(file: Path, *, width: int, rows: int) -> Rounds:
    """Measure both ways with a file of `rows` rows. Raises RuntimeError when either did not take all of them."""
    with contextlib.closing(psycopg2.connect(address(settings.DATABASES["migrator"]))) as link:
        link.autocommit = True
        rounds = Rounds(postgres=link.get_parameter_status("server_version") or "")
        for number in range(ROUNDS):
            rounds.copy.append(copy(link, file, name=f"bench_copy_{number}", width=width, rows=rows))
            _kit.forget_peak_memory()
            seconds, rounds.booked = imported(file, name=f"Bench {number}", rows=rows)
            rounds.ours.append(seconds)
            rounds.peak_rss_mib = max(rounds.peak_rss_mib, _kit.peak_memory_mib())
    return rounds


def copy(link: connection, file: Path, *, name: str, width: int, rows: int) -> float:
    """Seconds of a COPY into a logged table of text without any constraint, with its commit."""
    described = SQL(", ").join(SQL("{} text").format(Identifier(f"c{place}")) for place in range(width))
    with link.cursor() as db, file.open("rb") as source:
        db.execute(SQL("CREATE TABLE {} ({})").format(Identifier(name), described))
        statement = SQL("COPY {} FROM STDIN WITH (FORMAT csv, HEADER)").format(Identifier(name))
        began = perf_counter()
        db.copy_expert(statement, source)
        seconds = perf_counter() - began
        if db.rowcount != rows:
            raise RuntimeError(f"COPY took {db.rowcount} of {rows} rows.")
        db.execute(SQL("DROP TABLE {}").format(Identifier(name)))
    return seconds


def imported(file: Path, *, name: str, rows: int) -> tuple[float, int]:
    """Seconds from the uploaded file to the last booked order, as a new store's first import, and the rows booked.

    The work is done here and now; the task that `start_import` sends stays in the bench's own queue.
    """
    made = new_store(name)
    with store_scope(made.store.pk), file.open("rb") as source:
        upload = File(source, name=file.name)
        work = receive_file(store=made.store, user=made.owner, file=upload, now=timezone.now())
    began = perf_counter()
    with store_scope(made.store.pk):
        start_import(work=work, choices=first_choices(work), user=made.owner, now=timezone.now())
    work_import(store_id=made.store.pk, import_id=work.pk)
    seconds = perf_counter() - began
    with store_scope(made.store.pk):
        done = Import.objects.get(pk=work.pk)
    if done.state != ImportState.DONE or not done.row_count == done.booked_count + done.refused_count == rows:
        raise RuntimeError(f"The import is {done.state} with {done.row_count} of {rows} rows. {done.reason}")
    return seconds, done.booked_count


def new_store(name: str) -> NewStore:
    now = timezone.now()
    with store_scope(new_store_id()):
        made = create_store(
            store_id=current_store_id(), name=name, owner_email="maya@bench.example", currency="GBP", now=now
        )
        publish_terms(store=made.store, user=made.owner, now=now)
    return made

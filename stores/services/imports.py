"""Imports: files that a member uploads, looks at, and has worked in the background."""

import datetime as dt
import io
import uuid
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from itertools import islice
from typing import IO

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction

from stores import tasks
from stores.errors import BadInput, Conflict, TooLarge
from stores.exports import csv_text
from stores.imports.detection import Dialect, detect
from stores.imports.plan import Choices, complaints, guess_choices
from stores.imports.records import Record, read_records
from stores.models import Import, ImportRefusal, Store, User
from stores.models.imports import ImportState as State
from stores.scope import dangerously_across_stores, store_scope
from stores.services.audit import record_audit
from stores.services.import_state import dialect_of, end_import

MOST_BYTES = 100 * 1024 * 1024
TOO_LARGE = "The file is larger than 100 MB. Split it by date and upload the parts one after the other."
LEASE = dt.timedelta(seconds=60)
FORGOTTEN_AFTER = dt.timedelta(days=7)
REFUSED_AT_ONCE = 1_000
AT_ONCE = 100
LOOKED_AT_PLACES = 8
LOOKED_AT_ROWS = 200
LOOKED_AT_BYTES = 65_536


def receive_file(*, store: Store, user: User, file: File, now: dt.datetime) -> Import:
    """Keep an uploaded file and see how it can be read. Raises BadInput or TooLarge, and then keeps nothing."""
    if (file.size or 0) > MOST_BYTES:
        raise TooLarge(TOO_LARGE)
    dialect = detect(file)
    file.seek(0)
    stored_as = default_storage.save(f"imports/{store.pk}/{uuid.uuid4()}.csv", file)
    try:
        work = Import.objects.create(
            store=store,
            uploaded_by=user,
            filename=(file.name or "orders.csv")[-200:],
            stored_as=stored_as,
            size_bytes=file.size,
            dialect=asdict(dialect),
        )
        record_audit(store=store, user=user, verb="import.uploaded", about=work, at=now)
    except BaseException:
        default_storage.delete(stored_as)
        raise
    return work


def first_choices(work: Import) -> Choices:
    """The choices to begin with: what the columns' names and rows from all over the file speak for."""
    with default_storage.open(work.stored_as, "rb") as file:
        return guess_choices(dialect_of(work), _rows_from_all_over(file, dialect_of(work), work.size_bytes))


def _rows_from_all_over(file: IO[bytes], dialect: Dialect, size_bytes: int) -> Iterator[Record]:
    """Some rows from several places, since a file sorted by date shows the days after the 12th late.

    A place may lie in the middle of a row; what is then read wrong proves nothing, and does no harm.
    """
    for place in range(LOOKED_AT_PLACES):
        start = dialect.start + (size_bytes - dialect.start) * place // LOOKED_AT_PLACES
        file.seek(start - (start - dialect.start) % 2)
        piece = io.BytesIO(file.read(LOOKED_AT_BYTES).decode(dialect.encoding, "replace").encode())
        records = read_records(piece, encoding="utf-8", delimiter=dialect.delimiter, start=0, line_number=1)
        yield from islice(records, 1 if place else 0, LOOKED_AT_ROWS)


def first_records(work: Import, most: int) -> list[Record]:
    """The file's first rows, for a preview."""
    dialect = dialect_of(work)
    with default_storage.open(work.stored_as, "rb") as file:
        records = read_records(
            file,
            encoding=dialect.encoding,
            delimiter=dialect.delimiter,
            start=dialect.start,
            line_number=dialect.first_line,
        )
        return list(islice(records, most))


def start_import(*, work: Import, choices: Choices, user: User, now: dt.datetime) -> None:
    """Put an uploaded file into the queue, to be read as chosen. Raises BadInput for choices that make no plan."""
    if wrong := complaints(choices):
        raise BadInput(" ".join(wrong.values()))
    if unknown := set(choices.columns.values()) - set(dialect_of(work).columns):
        raise BadInput(f"The file has no column “{min(unknown)}”.")
    changed = Import.objects.filter(pk=work.pk, state=State.UPLOADED).update(
        state=State.QUEUED, mapping=choices.as_json(), lease_at=now
    )
    if not changed:
        raise Conflict("This import has been started already.")
    record_audit(store=work.store, user=user, verb="import.started", about=work, at=now)
    transaction.on_commit(partial(tasks.work_import.delay, str(work.store_id), str(work.pk)))


def cancel_import(*, work: Import, user: User, now: dt.datetime) -> None:
    """Stop an import. What has been booked stays, which is nothing while the file is still being read.

    Raises Conflict once it has ended.
    """
    locked = Import.objects.select_for_update().get(pk=work.pk)
    if State.CANCELLED not in Import.TRANSITIONS.get(State(locked.state), ()):
        raise Conflict("This import has ended already.")
    end_import(locked, State.CANCELLED, now=now)
    record_audit(store=work.store, user=user, verb="import.cancelled", about=work, at=now)


def refused_csv(*, store_id: uuid.UUID, work: Import) -> Iterator[str]:
    """The refused rows as CSV, piece by piece: line, reason, then the cells as they came, harmless in a spreadsheet.

    A generator that outlives the request's scope: it opens one for every piece.
    """
    yield csv_text(["Line", "Reason", *work.dialect.get("columns", ())], [])
    after = 0
    while True:
        with store_scope(store_id):
            refusals = ImportRefusal.objects.filter(source_id=work.pk, line_number__gt=after)
            piece = list(refusals.order_by("line_number")[:REFUSED_AT_ONCE])
        if not piece:
            return
        after = piece[-1].line_number
        rows = [[refusal.line_number, refusal.reason, *refusal.row] for refusal in piece]
        yield csv_text([], rows).removeprefix("\r\n")


def stalled_imports(*, now: dt.datetime) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """Imports, as (store, import), that no worker holds: a lost task's, or a killed worker's."""
    imports = dangerously_across_stores(Import).filter(state__in=(State.QUEUED, State.RUNNING))
    return list(imports.filter(lease_at__lt=now - LEASE).order_by("lease_at").values_list("store_id", "pk")[:AT_ONCE])


def forgotten_imports(*, now: dt.datetime) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """Imports, as (store, import), that were uploaded a week ago and never started."""
    imports = dangerously_across_stores(Import).filter(state=State.UPLOADED, created_at__lt=now - FORGOTTEN_AFTER)
    return list(imports.values_list("store_id", "pk")[:AT_ONCE])


def forget_import(*, store_id: uuid.UUID, import_id: uuid.UUID, now: dt.datetime) -> None:
    """End an import that nobody started, so that its file is not kept for ever."""
    with store_scope(store_id):
        work = Import.objects.select_for_update().filter(pk=import_id, state=State.UPLOADED).first()
        if work:
            end_import(work, State.CANCELLED, now=now, reason="It was never started, and the file has been removed.")

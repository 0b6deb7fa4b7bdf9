"""Works a queued import to its end, in steps that are each a transaction of their own.

First the file is read into waiting rows, then the rows are booked, orders before cancellations. Each step takes the
import's lock, does its piece and writes down how far it came, so that it makes no difference where a worker dies, how
often an import is taken up again, or whether two workers hold it.
"""

import datetime as dt
import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from stores.imports.detection import Dialect
from stores.imports.orders import RefusedRow, assemble
from stores.imports.plan import Choices
from stores.imports.records import Record, read_records
from stores.imports.rows import CANCELLATION, PURCHASE, Refused, Row, read_row
from stores.models import Import
from stores.models.imports import ImportState as State
from stores.scope import store_scope
from stores.services.import_cancellations import book_cancellations
from stores.services.import_facts import book_orders
from stores.services.import_state import dialect_of, end_import, plan_of

READ_AT_ONCE = 2_000
READ_BYTES_AT_ONCE = 4 * 1024 * 1024
BOOKED_AT_ONCE = 2_000
MOST_OF_A_KIND = 10_000
MOST_ATTEMPTS = 5
GAVE_UP = "We could not finish this import. What has been booked stays; you can upload the file again."
FILE_GONE = "The uploaded file is gone. Please upload it again."
SAME_ID = "The shop's own id of this order belongs to an order with another number."
TOO_MANY_ALIKE = {
    PURCHASE: "More than 10,000 rows have this order number. Is this the right column?",
    CANCELLATION: "More than 10,000 cancellations are of this customer. Is this the right column?",
}

WAIT = """
INSERT INTO stores_importrow (store_id, source_id, line_number, kind, key, "row")
SELECT %(store)s, %(source)s, r.line_number, r.kind, r.key, r."row"
FROM json_to_recordset(%(rows)s) AS r(line_number int, kind text, key text, "row" jsonb)
"""
REFUSE = """
INSERT INTO stores_importrefusal (store_id, source_id, line_number, reason, "row")
SELECT %(store)s, %(source)s, r.line_number, left(r.reason, 300), r.cells
FROM json_to_recordset(%(rows)s) AS r(line_number int, reason text, cells jsonb)
"""
NEXT_KEYS = """
SELECT key FROM stores_importrow WHERE source_id = %(source)s AND kind = %(kind)s
ORDER BY key LIMIT %(most)s
"""
OF_KEYS = "source_id = %(source)s AND kind = %(kind)s AND key = ANY(%(keys)s)"
TAKE = f'DELETE FROM stores_importrow WHERE {OF_KEYS} RETURNING "row"'
COUNT = f"SELECT count(*) FROM stores_importrow WHERE {OF_KEYS}"
REFUSE_ALL = f"""
WITH gone AS (DELETE FROM stores_importrow WHERE {OF_KEYS} RETURNING line_number, "row" -> 'cells' AS cells)
INSERT INTO stores_importrefusal (store_id, source_id, line_number, reason, "row")
SELECT %(store)s, %(source)s, line_number, %(reason)s, cells FROM gone
"""


class _Stopped(Exception):
    """The import is no longer ours to work: cancelled, done, or further along in another worker's hands."""


def work_import(*, store_id: uuid.UUID, import_id: uuid.UUID) -> None:
    """Work an import until it is done, from wherever it stands. What goes wrong is raised; the sweep tries again."""
    if not (work := _take_up(store_id, import_id, timezone.now())):
        return
    try:
        _read_all(work)
        for kind in (PURCHASE, CANCELLATION):
            while _book_next(work, kind, timezone.now()):
                pass
        with _step(work, timezone.now()) as locked:
            end_import(locked, State.DONE, now=timezone.now())
    except _Stopped:
        return
    except FileNotFoundError:
        with _step(work, timezone.now()) as locked:
            end_import(locked, State.FAILED, now=timezone.now(), reason=FILE_GONE)


def _take_up(store_id: uuid.UUID, import_id: uuid.UUID, now: dt.datetime) -> Import | None:
    """Start an import or go on with it; None when there is nothing to do, or when it has come to nothing too often."""
    with store_scope(store_id):
        imports = Import.objects.select_for_update(of=("self",)).select_related("store")
        work = imports.filter(pk=import_id, state__in=(State.QUEUED, State.RUNNING)).first()
        if work and work.attempt_count >= MOST_ATTEMPTS:
            work.state = State.RUNNING
            end_import(work, State.FAILED, now=now, reason=GAVE_UP)
            return None
        if work:
            work.state, work.lease_at, work.started_at = State.RUNNING, now, work.started_at or now
            work.attempt_count += 1
            work.save()
        return work


@contextmanager
def _step(work: Import, now: dt.datetime) -> Iterator[Import]:
    """One transaction on the import, under its lock, that renews its lease. Raises _Stopped if it runs no more."""
    with store_scope(work.store_id):
        locked = Import.objects.select_for_update(of=("self",)).select_related("store").get(pk=work.pk)
        if locked.state != State.RUNNING:
            raise _Stopped
        locked.lease_at, locked.attempt_count = now, 0
        yield locked
        locked.save()


def _read_all(work: Import) -> None:
    """Read the file, from the first byte that is not done, into waiting rows and refusals."""
    dialect = dialect_of(work)
    with default_storage.open(work.stored_as, "rb") as file:
        start, line = max(work.done_bytes, dialect.start), max(work.done_lines + 1, dialect.first_line)
        for records in _batches(file, dialect, start, line):
            with _step(work, timezone.now()) as locked:
                _read_batch(locked, records, work.done_bytes)
            work.done_bytes = locked.done_bytes
    if work.done_bytes < work.size_bytes:
        with _step(work, timezone.now()) as locked:
            locked.done_bytes = work.done_bytes = work.size_bytes


def _batches(file: IO[bytes], dialect: Dialect, start: int, line_number: int) -> Iterator[list[Record]]:
    batch: list[Record] = []
    for record in read_records(
        file, encoding=dialect.encoding, delimiter=dialect.delimiter, start=start, line_number=line_number
    ):
        batch.append(record)
        if len(batch) >= READ_AT_ONCE or record.end - start >= READ_BYTES_AT_ONCE:
            yield batch
            batch, start = [], record.end
    if batch:
        yield batch


def _read_batch(locked: Import, records: Sequence[Record], expected_bytes: int) -> None:
    """Turn the records that follow byte `expected_bytes` into waiting rows and refusals."""
    if locked.done_bytes != expected_bytes:
        raise _Stopped
    plan = plan_of(locked, Choices(**locked.mapping))
    waiting, refused = [], []
    for record in records:
        try:
            row = read_row(record, plan, locked.lease_at or locked.created_at)
        except Refused as refusal:
            refused.append(RefusedRow(record.line_number, str(refusal), record.cells))
        else:
            waiting.append(row)
    _run(WAIT, locked, rows=[_waiting_row(row) for row in waiting])
    _refuse(locked, refused)
    locked.row_count += len(records)
    locked.done_bytes, locked.done_lines = records[-1].end, records[-1].next_line - 1


def _waiting_row(row: Row) -> dict[str, Any]:
    return {"line_number": row.line_number, "kind": row.kind, "key": row.booked_with, "row": row.as_json()}


def _refuse(locked: Import, refused: Iterable[RefusedRow]) -> None:
    rows = [{"line_number": row.line_number, "reason": row.reason, "cells": row.cells} for row in refused]
    _run(REFUSE, locked, rows=rows)
    locked.refused_count += len(rows)


def _book_next(work: Import, kind: str, now: dt.datetime) -> bool:
    """Book the waiting rows whose keys come first; False when none wait any more."""
    with _step(work, now) as locked:
        keys = _next_keys(locked, kind)
        if len(keys) == 1 and (count := _run(COUNT, locked, kind=kind, keys=keys)[0][0]) > MOST_OF_A_KIND:
            _run(REFUSE_ALL, locked, kind=kind, keys=keys, reason=TOO_MANY_ALIKE[kind])
            locked.refused_count += count
        elif keys:
            # One import of a store books at a time, so that two never wait for each other's rows in a circle.
            _run("SELECT pg_advisory_xact_lock(hashtextextended(%(store)s::text, 0))", locked)
            taken = [Row.from_json(json.loads(row)) for (row,) in _run(TAKE, locked, kind=kind, keys=keys)]
            refused = _book_purchases(locked, taken) if kind == PURCHASE else _book_cancellations(locked, taken)
            _refuse(locked, refused)
            locked.booked_count += len(taken) - len(refused)
    return bool(keys)


def _next_keys(locked: Import, kind: str) -> list[str]:
    """The first keys, of about BOOKED_AT_ONCE rows; the last of several may have more rows, and is left for later."""
    found = [key for (key,) in _run(NEXT_KEYS, locked, kind=kind, most=BOOKED_AT_ONCE)]
    keys = list(dict.fromkeys(found))
    return keys[:-1] if len(found) == BOOKED_AT_ONCE and len(keys) > 1 else keys


def _book_purchases(locked: Import, rows: Sequence[Row]) -> list[RefusedRow]:
    orders, refused = assemble(rows)
    booked = book_orders(store=locked.store, orders=orders, now=locked.lease_at or locked.created_at)
    known = {row.line_number for row in refused}
    refused += [
        RefusedRow(row.line_number, SAME_ID, row.cells)
        for row in rows
        if row.order in booked.clashing and row.line_number not in known
    ]
    locked.order_count += booked.orders
    locked.known_order_count += booked.known_orders
    locked.customer_count += booked.customers
    return refused


def _book_cancellations(locked: Import, rows: Sequence[Row]) -> list[RefusedRow]:
    cancelled = book_cancellations(store=locked.store, rows=rows, now=locked.lease_at or locked.created_at)
    locked.cancellation_count += len(rows) - len(cancelled.refused)
    return list(cancelled.refused)


def _run(sql: str, work: Import, *, rows: Sequence[dict[str, Any]] | None = None, **given: Any) -> list[tuple]:
    """One statement on the import's rows; its answer, if it has one."""
    if rows is not None and not rows:
        return []
    given |= {"store": work.store_id, "source": work.pk, "rows": json.dumps(rows)}
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchall() if cursor.description else []

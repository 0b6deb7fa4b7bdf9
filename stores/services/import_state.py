"""What an import holds for whoever works on it: how its file is read, and how it ends."""

import datetime as dt
from functools import partial

from django.core.files.storage import default_storage
from django.db import transaction

from stores.errors import Conflict
from stores.imports.detection import Dialect
from stores.imports.plan import Choices, Plan, make_plan
from stores.models import Import
from stores.models.imports import ImportState as State


def dialect_of(work: Import) -> Dialect:
    """How the file is to be read, as seen when it was uploaded."""
    return Dialect(**work.dialect | {"columns": tuple(work.dialect["columns"])})


def plan_of(work: Import, choices: Choices) -> Plan:
    """The plan that choices without complaints make for this file."""
    return make_plan(choices, dialect_of(work).columns, currency=work.store.currency, timezone=work.store.timezone)


def end_import(locked: Import, state: State, *, now: dt.datetime, reason: str = "") -> None:
    """Bring an import to an end: its waiting rows and its file go. Caller holds the import's lock."""
    if state not in Import.TRANSITIONS.get(State(locked.state), ()):
        raise Conflict()
    locked.waiting_rows.all().delete()
    locked.state, locked.reason, locked.finished_at = state, reason, now
    locked.save()
    transaction.on_commit(partial(default_storage.delete, locked.stored_as))

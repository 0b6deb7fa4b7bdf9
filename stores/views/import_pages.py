"""What the pages of imports show: a preview of rows, how far an import is, what became of it."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

from django.core.files.storage import default_storage
from django.db.models import Count

from stores.imports.orders import assemble
from stores.imports.rows import CANCELLATION, Refused, Row, read_row
from stores.models import Import
from stores.models.imports import ImportState as State
from stores.services.import_state import plan_of
from stores.services.imports import first_records
from stores.views.import_form import ColumnsForm

SHOWN_ROWS = 8
TRIED_ROWS = 1_000
SHOWN_REASONS = 12
# Reading takes about this share of the time, booking the rest.
READING_SHARE = 0.45
TONES = {State.DONE: "good", State.FAILED: "bad", State.RUNNING: "info", State.QUEUED: "info", State.UPLOADED: "warn"}


@dataclass(frozen=True)
class PreviewRow:
    """A row as it would be read, or why it would be refused."""

    line_number: int
    row: Row | None
    reason: str = ""
    cells: str = ""

    @property
    def is_cancellation(self) -> bool:
        return self.row is not None and self.row.kind == CANCELLATION


@dataclass(frozen=True)
class Preview:
    """The first rows, and how many of the first thousand would be taken."""

    rows: list[PreviewRow]
    tried: int
    reasons: list[tuple[str, int]] = field(default_factory=list)

    @property
    def refused(self) -> int:
        return sum(count for _, count in self.reasons)

    @property
    def taken(self) -> int:
        return self.tried - self.refused


def preview(work: Import, form: ColumnsForm, now: dt.datetime) -> Preview:
    """Read the file's first rows as chosen in a valid form. What only the whole file can tell is left open."""
    plan = plan_of(work, form.choices)
    read: dict[int, Row] = {}
    reasons: dict[int, str] = {}
    records = first_records(work, TRIED_ROWS)
    for record in records:
        try:
            read[record.line_number] = read_row(record, plan, now)
        except Refused as refusal:
            reasons[record.line_number] = str(refusal)
    # The last order may go on after the rows that were tried: what it lacks may stand there.
    purchases = [row for row in read.values() if row.kind != CANCELLATION]
    last = purchases[-1].order if purchases and len(records) == TRIED_ROWS else None
    _, refused = assemble(row for row in purchases if row.order != last)
    reasons |= {row.line_number: row.reason for row in refused}
    shown = [
        PreviewRow(record.line_number, None, reasons[record.line_number], " · ".join(record.cells)[:160])
        if record.line_number in reasons
        else PreviewRow(record.line_number, read[record.line_number])
        for record in records[:SHOWN_ROWS]
    ]
    return Preview(shown, len(records), Counter(reasons.values()).most_common(SHOWN_REASONS))


@dataclass(frozen=True)
class Progress:
    """How far a running import is, in words and as a share."""

    label: str
    words: str
    share: float | None


def progress_of(work: Import, now: dt.datetime) -> Progress:
    """Where an import stands that waits or runs."""
    if work.state == State.QUEUED or not work.started_at:
        return Progress("Waiting for a free worker", "", None)
    is_read = work.done_bytes >= work.size_bytes
    to_book = work.row_count - work.refused_count
    booked = work.booked_count / to_book if is_read and to_book > 0 else 0
    share = READING_SHARE * work.done_bytes / max(1, work.size_bytes) + (1 - READING_SHARE) * booked
    if is_read:
        label, words = "Booking orders", f"{work.booked_count:,} of {to_book:,} rows"
    else:
        label, words = "Reading the file", f"{work.row_count:,} rows read"
    left = time_left(share, now - work.started_at)
    return Progress(label, f"{words}, {left}" if left else words, share)


def time_left(share: float, passed: dt.timedelta) -> str:
    """What is left at the speed so far; nothing while too little is done to tell."""
    if share < 0.03 or passed < dt.timedelta(seconds=2):
        return ""
    seconds = passed.total_seconds() / share * (1 - share)
    if seconds < 10:
        return "a few seconds left"
    if seconds < 90:
        return f"about {round(seconds, -1):.0f} seconds left"
    return f"about {round(seconds / 60)} minutes left"


def refusal_reasons(work: Import) -> list[tuple[str, int]]:
    """Why rows were refused, most frequent first: reason and number of rows."""
    counted = work.refusals.order_by().values_list("reason").annotate(count=Count("pk"))
    return list(counted.order_by("-count", "reason")[:SHOWN_REASONS])


def is_file_kept(work: Import) -> bool:
    """Whether the uploaded file is still there."""
    return default_storage.exists(work.stored_as)

"""CSV files that a spreadsheet opens without executing anything (OWASP "CSV injection")."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

Cell = str | int | Decimal
# What a spreadsheet may take for the start of a formula.
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """The rows as CSV (RFC 4180). Text that could be a formula gets an apostrophe in front; numbers stay numbers."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(header)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return buffer.getvalue()


def harmless(cell: Cell) -> Cell:
    """The cell, with an apostrophe before what a spreadsheet would compute."""
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(RISKY) else cell
    return cell

"""What kind of file this is: its encoding, its delimiter, the names of its columns. Or why it cannot be read."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from charset_normalizer import from_bytes

from stores.errors import BadInput
from stores.imports.records import Record, read_records
from stores.imports.values import EMAIL, NUMBER, YEAR_FIRST, YEAR_LAST, short

CHUNK = 1024 * 1024
SAMPLE_BYTES = 65_536
SAMPLE_RECORDS = 50
DELIMITERS = (",", ";", "\t", "|")
MAX_COLUMNS = 500
BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
OTHER_KINDS = (
    (b"PK\x03\x04", "This is a workbook or a zip archive. Save the sheet as CSV and upload that."),
    (b"\xd0\xcf\x11\xe0", "This is an Excel workbook. Save the sheet as CSV and upload that."),
    (b"\x1f\x8b", "This file is compressed. Unpack it and upload the CSV in it."),
    (b"%PDF", "This is a PDF. Ask your shop for an export as CSV."),
)
NOT_TEXT = "This is not a text file. Export your orders as CSV and upload that."
NO_HEADER = "The first line has to hold the names of the columns"


@dataclass(frozen=True)
class Dialect:
    """How a file is to be read: where its first row begins, in bytes and in lines, and the names of its columns."""

    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    start: int
    first_line: int


def detect(file: IO[bytes]) -> Dialect:
    """Look at a file that can be sought in. Raises BadInput with a sentence for the person who uploaded it."""
    encoding, start = detect_encoding(file)
    samples = {mark: sample_records(file, encoding, mark, start) for mark in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda mark: _regularity(samples[mark]))
    if not samples[delimiter]:
        raise BadInput("The file has no rows.")
    header, *rows = samples[delimiter]
    columns = check_header(header)
    if not rows:
        raise BadInput("The file has the names of its columns and no rows.")
    return Dialect(encoding, delimiter, columns, header.end, header.next_line)


def sample_records(file: IO[bytes], encoding: str, delimiter: str, start: int) -> list[Record]:
    """The first few records as a delimiter splits them."""
    records = read_records(file, encoding=encoding, delimiter=delimiter, start=start, line_number=1)
    return [record for record, _ in zip(records, range(SAMPLE_RECORDS), strict=False)]


def _regularity(records: list[Record]) -> tuple[bool, float, int]:
    """How much a delimiter looks like the right one: several columns, in as many rows as possible, then the most."""
    if not records:
        return False, 0, 0
    width = len(records[0].cells)
    fitting = sum(not record.problem and len(record.cells) == width for record in records)
    return width > 1, fitting / len(records), width


def check_header(header: Record) -> tuple[str, ...]:
    """The names of the columns, each one once. Raises BadInput where the first line holds no names."""
    cells = [cell.strip() for cell in header.cells]
    if header.problem:
        raise BadInput(f"{NO_HEADER}, and it cannot be read: {header.problem}")
    if len(cells) < 2:
        raise BadInput("The file has one column only. An order needs several: its number, date, product, price.")
    if len(cells) > MAX_COLUMNS:
        raise BadInput(f"The file has {len(cells)} columns; more than {MAX_COLUMNS} cannot be read.")
    if value := next((cell for cell in cells if _is_value(cell)), None):
        raise BadInput(f"{NO_HEADER}; here it holds a value, “{short(value)}”.")
    columns: list[str] = []
    for number, cell in enumerate(cells, 1):
        name = short(cell, 100) or f"Column {number}"
        columns.append(name if name not in columns else f"{name} ({number})")
    return tuple(columns)


def _is_value(cell: str) -> bool:
    return any(kind.fullmatch(cell) for kind in (NUMBER["."], NUMBER[","], YEAR_FIRST, YEAR_LAST, EMAIL))


def detect_encoding(file: IO[bytes]) -> tuple[str, int]:
    """The encoding that decodes every byte of the file, and where the text begins. Raises BadInput."""
    file.seek(0)
    head = file.read(SAMPLE_BYTES)
    if not head.strip():
        raise BadInput("The file is empty.")
    if words := next((words for mark, words in OTHER_KINDS if head.startswith(mark)), ""):
        raise BadInput(words)
    for mark, encoding in BYTE_ORDER_MARKS:
        if head.startswith(mark):
            if _first_error(file, encoding, len(mark)) is not None:
                raise BadInput(f"The file says that it is {encoding.upper()}, and then it is not. It is damaged.")
            return encoding, len(mark)
    if encoding := _unmarked_utf16(head):
        if _first_error(file, encoding, 0) is not None:
            raise BadInput(NOT_TEXT)
        return encoding, 0
    if sum(byte < 32 and byte not in (9, 10, 12, 13) for byte in head) * 500 > len(head) + 500:
        raise BadInput(NOT_TEXT)
    error_at = _first_error(file, "utf-8", 0)
    if error_at is None:
        return "utf-8", 0
    _check_windows_1252(file, error_at)
    return "cp1252", 0


def _check_windows_1252(file: IO[bytes], around: int) -> None:
    """Refuse a file that is no UTF-8 unless what stands around its first other byte makes sense in Windows-1252."""
    file.seek(max(0, around - SAMPLE_BYTES // 2))
    sample = file.read(SAMPLE_BYTES)
    is_plausible = from_bytes(sample, cp_isolation=["cp1252"]).best() is not None
    if is_plausible and _first_error(file, "cp1252", 0) is None:
        return
    best = from_bytes(sample).best()
    guess = f" (it looks like {best.encoding})" if best and best.encoding != "cp1252" else ""
    raise BadInput(f"The letters of this file cannot be told for sure{guess}. Save it as CSV in UTF-8 and upload that.")


def _first_error(file: IO[bytes], encoding: str, start: int) -> int | None:
    """The byte near which the file stops being `encoding`; None if it is that to its end."""
    file.seek(start)
    decoder = codecs.getincrementaldecoder(encoding)()
    for position, chunk in _chunks(file, start):
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            return position + error.start
    return None


def _chunks(file: IO[bytes], start: int) -> Iterator[tuple[int, bytes]]:
    while chunk := file.read(CHUNK):
        yield start, chunk
        start += len(chunk)
    yield start, b""


def _unmarked_utf16(head: bytes) -> str:
    """Latin text in UTF-16 without a mark has a zero in every other byte."""
    even, odd = (head[parity::2].count(0) / max(1, len(head) // 2) for parity in (0, 1))
    if odd > 0.4 and even < 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 and odd < 0.05 else ""

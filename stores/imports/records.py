"""Splits a CSV file into records, from any byte on, in memory that does not grow with the file.

One damaged line costs one record and never those after it: a quote that is not closed would otherwise swallow
everything up to the next one.
"""

import csv
import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, NamedTuple

MAX_CHARS = 65_536
MAX_LINES = 200
SHOWN_CHARS = 500
NUL = "The row holds a NUL character, so it is damaged."
TOO_LONG = "The line is longer than 65,536 characters."
BAD_QUOTES = "A quotation mark is not closed, or text follows a closing one."


@dataclass(frozen=True, slots=True)
class Record:
    """One row of the file: its cells, or what is wrong with it.

    `line_number` counts physical lines from 1, where the row begins; `end` is the byte, and `next_line` the line, at
    which reading goes on after it.
    """

    line_number: int
    cells: list[str]
    problem: str
    end: int
    next_line: int


class _Line(NamedTuple):
    text: str
    size_bytes: int
    is_cut: bool


class _TooLong(Exception):
    """A record outgrew what a row can be."""


class _Feed:
    """Lines for csv.reader, which remembers what the present record took, so that it can be given back."""

    def __init__(self, text: io.TextIOWrapper, encoding: str) -> None:
        self.text, self.encoding = text, encoding
        self.taken: list[_Line] = []
        self.given_back: deque[_Line] = deque()

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        line = self.given_back.popleft() if self.given_back else self.read()
        if not line.text:
            raise StopIteration
        self.taken.append(line)
        if line.is_cut or len(self.taken) > MAX_LINES or sum(len(each.text) for each in self.taken) > MAX_CHARS:
            raise _TooLong
        return line.text

    def read(self) -> _Line:
        """The next line of the file; of an endless one only the beginning is kept."""
        text = self.text.readline(MAX_CHARS + 1)
        size = len(text.encode(self.encoding))
        is_cut = len(text) > MAX_CHARS
        rest = text if is_cut else ""
        while rest and not rest.endswith(("\n", "\r")):
            rest = self.text.readline(MAX_CHARS)
            size += len(rest.encode(self.encoding))
        return _Line(text[:SHOWN_CHARS] if is_cut else text, size, is_cut)

    def keep_first_only(self) -> None:
        """Give all lines of the record back but its first."""
        self.given_back.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]


def read_records(file: IO[bytes], *, encoding: str, delimiter: str, start: int, line_number: int) -> Iterator[Record]:
    """The records from byte `start` on, which is the beginning of line `line_number`. Blank rows are passed over.

    `encoding` must decode the whole file (`stores.imports.detection`); the file stays open.
    """
    file.seek(start)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    feed = _Feed(text, encoding)
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    try:
        while True:
            problem = ""
            try:
                cells = next(reader)
            except StopIteration:
                return
            except (csv.Error, _TooLong):
                problem = TOO_LONG if feed.taken[0].is_cut else BAD_QUOTES
                feed.keep_first_only()
                cells = [feed.taken[0].text.rstrip("\r\n")[:SHOWN_CHARS]]
                reader = csv.reader(feed, delimiter=delimiter, strict=True)
            if any("\0" in cell for cell in cells):
                problem, cells = problem or NUL, [cell.replace("\0", "\N{REPLACEMENT CHARACTER}") for cell in cells]
            first_line = line_number
            start += sum(line.size_bytes for line in feed.taken)
            line_number += len(feed.taken)
            feed.taken.clear()
            if any(cell.strip() for cell in cells):
                yield Record(first_line, cells, problem, start, line_number)
    finally:
        # Whoever stops reading early may close the file before this generator ends.
        if not file.closed:
            text.detach()

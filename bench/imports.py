"""Importing a file of orders against the least that could be done with it: a bare COPY of the same rows.

`python -m bench.imports [--orders FILE] [--rows N]`. The rows are those of FILE, over and over until there are N, each
time with other orders and customers. The two take turns, so that a busy machine is busy for both; medians count.
"""

import argparse
import csv
import gzip
import importlib
import sys
from collections.abc import Iterator, Sequence
from itertools import count, islice
from pathlib import Path
from statistics import median

from bench import _kit
from stores.errors import Refusal
from stores.imports.fields import guess_mapping

USUAL_FILE = "orders/online_retail_150_customers.csv.gz"
USUAL_ROWS = 20_000
# The fields of ours that tell orders and customers apart.
IDENTITIES = ("order", "customer", "email")


class CannotMeasure(Exception):
    """There is nothing to measure with; the text tells a person why and what to do."""


def main() -> int:
    options = parse()
    source = options.orders or _kit.data_folder() / USUAL_FILE
    try:
        header, _ = first_rows(source)
        with _kit.own_servers() as folder:
            file = folder / "orders.csv"
            write_rows(file, header, islice(repeated(source, header), options.rows))
            # Its models need the settings, which need the servers: it cannot be imported before this point.
            rounds = importlib.import_module("bench._imports_rounds").measure(file, columns=header, rows=options.rows)
    except (CannotMeasure, Refusal) as error:
        print(error, file=sys.stderr)
        return 2
    ours_seconds, copy_seconds = median(rounds.ours), median(rounds.copy)
    ours = {
        "rows_per_second": round(options.rows / ours_seconds),
        "seconds": round(ours_seconds, 3),
        "peak_rss_mib": rounds.peak_rss_mib,
        "rows": options.rows,
        "booked": rounds.booked,
        "rounds": [round(seconds, 3) for seconds in rounds.ours],
    }
    baseline = {
        "rows_per_second": round(options.rows / copy_seconds),
        "seconds": round(copy_seconds, 3),
        "rounds": [round(seconds, 3) for seconds in rounds.copy],
    }
    ratio = round(ours_seconds / copy_seconds, 1)
    lines = [
        ["import, to booked orders", f"{ours['rows_per_second']:,}", f"{ours_seconds:.3f}", f"{ratio:.1f}"],
        ["bare COPY", f"{baseline['rows_per_second']:,}", f"{copy_seconds:.3f}", "1.0"],
    ]
    print(_kit.table([f"{options.rows:,} rows of {source.name}", "rows/s", "seconds", "times COPY"], lines))
    print(f"{rounds.booked:,} rows booked, the others refused; at most {rounds.peak_rss_mib:.0f} MiB of memory")
    machine = _kit.machine(postgres=rounds.postgres)
    print(_kit.write_result("imports", machine=machine, ours=ours, baseline=baseline, ratios={"time": ratio}))
    return 0


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.imports", description="Measure the import of orders.")
    parser.add_argument("--orders", type=Path, metavar="FILE", help="a CSV of orders, perhaps gzipped")
    parser.add_argument("--rows", type=positive, default=USUAL_ROWS, metavar="N", help=f"default {USUAL_ROWS}")
    return parser.parse_args()


def positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise ValueError
    return number


def first_rows(source: Path) -> tuple[list[str], list[str]]:
    """The header and the first row of a file; raises CannotMeasure when it is none that we can repeat."""
    try:
        rows = list(islice(read(source), 2))
    except OSError as error:
        raise CannotMeasure(
            f"{source} cannot be read: {error.strerror or error}. Name a CSV file of orders with --orders, "
            "or the folder that holds the usual one with PEERSIDE_DATA."
        ) from None
    if len(rows) < 2 or not guess_mapping(rows[0]).keys() & {"order"}:
        raise CannotMeasure(f"{source} is no CSV with commas, a column of order numbers and rows. Name another.")
    return rows[0], rows[1]


def read(source: Path) -> Iterator[list[str]]:
    opener = gzip.open if source.suffix == ".gz" else open
    with opener(source, "rt", encoding="utf-8-sig", errors="replace", newline="") as file:
        yield from csv.reader(file)


def repeated(source: Path, header: Sequence[str]) -> Iterator[list[str]]:
    """The rows of a file without end: as they are, then again and again as other customers' other orders.

    Rows of another width than the header's are left out, since COPY would stop at them.
    """
    mapping = guess_mapping(header)
    places = [header.index(mapping[field]) for field in IDENTITIES if field in mapping]
    for time in count(1):
        for row in islice(read(source), 1, None):
            if len(row) != len(header):
                continue
            for place in places if time > 1 else ():
                # In front, where it makes another e-mail address as well.
                row[place] = row[place] and f"{time}-{row[place]}"
            yield row


def write_rows(file: Path, header: Sequence[str], rows: Iterator[list[str]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([header])
        csv.writer(handle).writerows(rows)


if __name__ == "__main__":
    sys.exit(main())

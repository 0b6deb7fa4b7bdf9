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
from typing import Any

from bench import _kit
from stores.errors import Refusal
from stores.imports.fields import guess_mapping

USUAL_FILE = "orders/online_retail_150_customers.csv.gz"
USUAL_ROWS = 20_000
# The fields of ours that tell orders and customers apart.
IDENTITIES = ("order", "customer", "email")


def main() -> int:
    options = parse()
    source: Path = options.orders or _kit.data_folder() / USUAL_FILE
    rows: int = options.rows
    try:
        header = check(source)
        with _kit.own_servers() as folder:
            file = folder / "orders.csv"
            write_rows(file, header, islice(repeated(source, header), rows))
            # It imports models, which need settings, which need the servers: it cannot be imported before this point.
            rounds = importlib.import_module("bench._imports_rounds").measure(file, width=len(header), rows=rows)
    except (_kit.CannotMeasure, Refusal) as error:
        print(error, file=sys.stderr)
        return 2
    ours, baseline = figures(rounds.ours, rows), figures(rounds.copy, rows)
    ours |= {"peak_rss_mib": rounds.peak_rss_mib, "rows": rows, "booked": rounds.booked}
    ratio = round(ours["seconds"] / baseline["seconds"], 1)
    print(
        _kit.table(
            [f"{rows:,} rows of {source.name}", "rows/s", "seconds", "times COPY"],
            [
                ["import, to booked orders", f"{ours['rows_per_second']:,}", f"{ours['seconds']:.3f}", f"{ratio:.1f}"],
                ["bare COPY", f"{baseline['rows_per_second']:,}", f"{baseline['seconds']:.3f}", "1.0"],
            ],
        )
    )
    print(f"{rounds.booked:,} rows booked, the others refused; at most {rounds.peak_rss_mib:.0f} MiB of memory")
    machine = _kit.machine(postgres=rounds.postgres)
    print(_kit.write_result("imports", machine=machine, ours=ours, baseline=baseline, ratios={"time": ratio}))
    return 0


def figures(rounds: Sequence[float], rows: int) -> dict[str, Any]:
    """The median of some rounds' seconds, what it comes to, and the rounds as they were."""
    seconds = median(rounds)
    return {
        "rows_per_second": round(rows / seconds),
        "seconds": round(seconds, 4),
        "rounds": [round(seconds, 4) for seconds in rounds],
    }


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.imports", description="Measure the import of orders.")
    parser.add_argument("--orders", type=Path, metavar="FILE", help="a CSV of orders, perhaps gzipped")
    parser.add_argument("--rows", type=positive, default=USUAL_ROWS, metavar="N", help=f"default {USUAL_ROWS}")
    return parser.parse_args()


def positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise ValueError
    return number


def check(source: Path) -> list[str]:
    """The header of a file; raises CannotMeasure when the file is none whose rows we can repeat."""
    try:
        header, row = (*islice(read(source), 2), [], [])[:2]
    except (OSError, EOFError, csv.Error) as error:
        raise _kit.CannotMeasure(
            f"The orders cannot be read: {error}. Name a CSV file of orders with --orders, or the folder that holds "
            "the usual one with PEERSIDE_DATA."
        ) from None
    if "order" not in guess_mapping(header) or len(row) != len(header):
        raise _kit.CannotMeasure(f"{source} is no CSV with commas, rows, and a column of order numbers. Name another.")
    return header


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

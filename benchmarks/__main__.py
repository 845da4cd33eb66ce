"""The goals' table of issue 6, measured: `python -m benchmarks`, or `make bench`.

    python -m benchmarks [--only ROW]... [--quick] [--record] [--json] [--data DIR]

Peers that are not installed and real metadata that is not there are named and skipped. `--record` keeps each row in
results/performance/ROW.json as soon as it is measured and makes the table of docs/performance.md anew; a run that
was cut short goes on with --only. `--quick` measures small generated universes and the demo: it shows that every row
runs and means nothing else. The machine should have nothing else to do; where it has, read the column of processor
time.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from benchmarks.goals import ROWS, Record, notes, run_row, table, write_record
from benchmarks.performance_page import RECORDED, write_page
from benchmarks.place import compile_modules, data_directory
from benchmarks.row import FULL, QUICK, Bench


def main(words: list[str] | None = None) -> int:
    """Measure, print and, if asked, keep; 2 where real metadata is asked for and missing."""
    arguments = _parse(words)
    scale = QUICK if arguments.quick else FULL
    if scale.real and not arguments.data.is_dir():
        print(f"{arguments.data}: no such directory; set PKGSET_DATA, or use --quick", file=sys.stderr)
        return 2
    compile_modules()
    records: list[Record] = []
    with tempfile.TemporaryDirectory(prefix="pkgset-bench-") as name:
        os.environ["PKGSET_CACHE"] = str(Path(name, "cache"))  # nothing of this user's own enters
        os.environ.pop("PKGSET_MIRROR", None)
        bench = Bench(scale, arguments.data, Path(name))
        for row in arguments.only or ROWS:
            begun = time.perf_counter()
            records.append(run_row(row, bench))
            print(f"{row}: {time.perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)
            if arguments.record:
                write_record(records[-1], RECORDED)
                write_page()
    if arguments.json:
        print(msgspec.json.format(msgspec.json.encode(records), indent=1).decode())
    else:
        print("\n\n".join(filter(None, (table(records), notes(records)))))
    return 0


def _parse(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="append", choices=list(ROWS), metavar="ROW", help=", ".join(ROWS))
    parser.add_argument("--quick", action="store_true", help="under a minute, no real metadata, no meaning")
    parser.add_argument("--record", action="store_true", help="keep the rows, make docs/performance.md anew")
    parser.add_argument("--json", action="store_true", help="all that was measured, instead of the table")
    parser.add_argument("--data", type=Path, default=data_directory(), help="real metadata (PKGSET_DATA)")
    arguments = parser.parse_args(words)
    if arguments.quick and arguments.record:
        parser.error("--quick measures nothing that is worth keeping")
    return arguments


if __name__ == "__main__":
    sys.exit(main())

"""The promises of docs/reliability.md, tried at length: `python -m benchmarks.reliability`.

    python -m benchmarks.reliability [--only ROW]... [--quick] [--record] [--list] [--data DIR]

`--record` keeps each row in results/reliability/ROW.json as soon as it is measured and makes the tables of
docs/reliability.md anew. Ends with 1 where a figure is not what it has to be.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.place import data_directory
from benchmarks.reliability.page import RECORDED, table, write_page
from benchmarks.reliability.promise import Record, Scale
from benchmarks.reliability.register import measure, promises, write_record


def main(words: list[str] | None = None) -> int:
    """Measure, print and, if asked, keep; 1 where a promise was not held."""
    rows = promises()
    arguments = _parse(words, list(rows))
    if arguments.list:
        print("\n".join(f"{name}: {row.promise}" for name, row in rows.items()))
        return 0
    records: list[Record] = []
    with tempfile.TemporaryDirectory(prefix="pkgset-reliability-") as name:
        os.environ["PKGSET_CACHE"] = str(Path(name, "cache"))  # nothing of this user's own enters
        os.environ.pop("PKGSET_MIRROR", None)
        scale = Scale(arguments.quick, arguments.data, Path(name))
        for row in arguments.only or rows:
            records.append(measure(rows[row], scale))
            print(f"{row}: {records[-1].seconds:.0f} s", file=sys.stderr, flush=True)
            if arguments.record:
                write_record(records[-1], RECORDED)
                write_page()
    print(table(records))
    return 0 if all(record.met for record in records) else 1


def _parse(words: list[str] | None, names: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.reliability",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", action="append", choices=names, metavar="ROW", help=", ".join(names))
    parser.add_argument("--quick", action="store_true", help="a few tries of each, to see that every row runs")
    parser.add_argument("--record", action="store_true", help="keep the rows, make docs/reliability.md anew")
    parser.add_argument("--list", action="store_true", help="the rows and what they promise")
    parser.add_argument("--data", type=Path, default=data_directory(), help="real metadata (PKGSET_DATA)")
    arguments = parser.parse_args(words)
    if arguments.quick and arguments.record:
        parser.error("--quick tries too little to be worth keeping")
    return arguments


if __name__ == "__main__":
    sys.exit(main())

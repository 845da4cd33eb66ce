"""Measure how much of Photon, or of another downstream, could come from upstream; see docs/studies/photon.md.

    python -m benchmarks.photon                      measure all, write results/photon/ and the documents' figures
    python -m benchmarks.photon --check              measure all, and say what differs from what is there
    python -m benchmarks.photon --check --fast       the same for the few lists that CI measures again
    python -m benchmarks.photon --problems DIR --downstream ID --output DIR
                                                     measure another distribution

What is measured is kept in pkgset's cache by content, so an interrupted run goes on where it was.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.photon.campaign import CURVES, KEPT, Campaign
from benchmarks.photon.document import FILES, SUMMARY, fill, read_results, result_files
from benchmarks.photon.figure import draw, matplotlib_version
from benchmarks.photon.record import Record, Results
from optimizer.export.writing import write_whole

ROOT = Path(__file__).resolve().parent.parent.parent
OUTPUT = ROOT / "results" / "photon"
STUDY = ROOT / "docs" / "studies" / "photon.md"
README = ROOT / "README.md"
FIGURES, DRAWN_BY = "figures", "figures/matplotlib-version"


def main(arguments: list[str] | None = None) -> int:
    """Return the exit code: 0, or 1 where `--check` finds a difference."""
    chosen = _parser().parse_args(arguments)
    campaign = Campaign(
        problems=chosen.problems.absolute(),
        data=chosen.data.absolute(),
        downstream=chosen.downstream,
        curves=tuple(chosen.curve or CURVES),
        kept=KEPT,
        fast=chosen.fast,
    )
    measured = campaign.measure(chosen.jobs)
    study = STUDY if chosen.output == OUTPUT else None
    if chosen.check:
        differing = list(check(measured, chosen.output, study, whole=not chosen.fast))
        for name in differing:
            print(f"differs: {name}", file=sys.stderr)
        print(f"{len(list(_records(measured)))} measurements, {len(differing)} differences")
        return int(bool(differing))
    if chosen.fast:
        print(result_files(measured)[SUMMARY].decode(), end="")
        return 0
    write(measured, chosen.output, study)
    print(f"wrote {chosen.output}")
    return 0


def write(results: Results, folder: Path, study: Path | None) -> None:
    """Write results, pictures and the study's blocks; pictures only with matplotlib. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in result_files(results).items():
        write_whole(folder / name, content)
    version = matplotlib_version()
    if version is None:
        print("no pictures: pip install 'pkgset[bench]'", file=sys.stderr)
    else:
        draw(results, folder / FIGURES)
        write_whole(folder / DRAWN_BY, f"{version}\n".encode())
    for document in _documents(study):
        write_whole(document, fill(document.read_text(encoding="utf-8"), document.name, results).encode())


def _documents(study: Path | None) -> tuple[Path, ...]:
    """The documents with blocks to fill: the README shows the study's main table."""
    return () if study is None else (study, README)


def check(measured: Results, folder: Path, study: Path | None, *, whole: bool) -> Iterator[str]:
    """Yield what differs from the files in `folder`: measurements, then what is rendered from the files.

    `whole` also tells of measurements that are in the files alone. Pictures are drawn again only by the matplotlib
    that drew them: another one's bytes differ.
    """
    committed = read_results(folder)
    held, found = set(_records(committed)), set(_records(measured))
    yield from sorted(f"measured {_title(record)}" for record in found - held)
    if whole:
        yield from sorted(f"not measured any more: {_title(record)}" for record in held - found)
    for name, content in result_files(committed).items():
        if (folder / name).read_bytes() != content:
            yield name
    for document in _documents(study):
        text = document.read_text(encoding="utf-8")
        if fill(text, document.name, committed) != text:
            yield document.name
    yield from differing_pictures(committed, folder)


def differing_pictures(results: Results, folder: Path) -> Iterator[str]:
    """Yield the pictures that come out otherwise; none where this is not the matplotlib they were drawn by."""
    drawn_by = folder / DRAWN_BY
    if not drawn_by.exists() or drawn_by.read_text(encoding="utf-8").strip() != matplotlib_version():
        return
    with tempfile.TemporaryDirectory() as name:
        draw(results, Path(name))
        for made in sorted(Path(name).iterdir()):
            kept = folder / FIGURES / made.name
            if not kept.exists() or kept.read_bytes() != made.read_bytes():
                yield f"{FIGURES}/{made.name}"


def _records(results: Results) -> Iterator[Record]:
    for part in FILES:
        yield from getattr(results, part)


def _title(record: Record) -> str:
    fields = ("list", "name", "equivalents", "downstream", "percent", "against")
    return " ".join(
        [type(record).__name__, *(str(getattr(record, field)) for field in fields if hasattr(record, field))]
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m benchmarks.photon", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    data = Path(os.environ.get("PKGSET_DATA", ROOT.parent / "shared" / "data"))
    parser.add_argument("--problems", type=Path, default=ROOT / "problems", help="folder of problem files")
    parser.add_argument("--data", type=Path, default=data, help="mirror of all repositories (PKGSET_DATA)")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="folder of results")
    parser.add_argument("--downstream", default="photon-", help="how the downstream repository's id begins")
    parser.add_argument("--curve", action="append", metavar="NAME", help="draw this problem's frontier; may repeat")
    parser.add_argument("--jobs", type=int, help="processes; all cores where not given")
    parser.add_argument("--fast", action="store_true", help="only what CI measures again; writes nothing")
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 where anything differs")
    return parser


if __name__ == "__main__":
    sys.exit(main())

"""The files of results/photon/ and the marked blocks of the study: rendered from results alone, byte for byte."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import msgspec

from benchmarks.photon import table
from benchmarks.photon.record import Curve, Kept, Listed, Record, Results, Solved, Truth

SUMMARY = "summary.md"
#: Which file holds which part of the results.
FILES: dict[str, tuple[str, type[Record]]] = {
    "lists": ("lists.json", Listed),
    "solves": ("reuse.json", Solved),
    "curves": ("frontier.json", Curve),
    "truths": ("truth.json", Truth),
    "kept": ("keep.json", Kept),
}
BLOCKS: dict[str, Callable[[Results], list[str]]] = {
    "answer": table.answer,
    "claim": table.claim,
    "main": table.main_claim,
    "naive": table.naive,
    "sources": lambda results: table.readings(results, lambda solved: solved.sources),
    "packages": lambda results: table.readings(results, lambda solved: solved.packages),
    "bytes": lambda results: table.readings(results, lambda solved: solved.bytes, 2**20),
    "divergence": table.divergence,
    "moved": table.moved,
    "infeasible": table.infeasible,
    "curves": table.curves,
    "steps": table.steps,
    "truth": table.truth,
    "kept": table.kept,
}
_SECTIONS = (
    ("answer", "How much could come from upstream?", "Made by `python -m benchmarks.photon`."),
    (
        "claim",
        "The claim, list by list",
        (
            "Shares by source. *sources reused* is of all sources of the answer; *of the list's own* only of the "
            "sources the list's names come from; *without stand-ins* the same with no other project standing in and "
            "downstream rebuilt. A list *holds* where all of these reach 85 %, *with stand-ins* where two do."
        ),
    ),
    ("naive", "Names alone", "What comparing names says, before any solve."),
    (
        "sources",
        "Reuse by source",
        "Downstream as shipped or rebuilt; equivalents left out, own only, with stand-ins.",
    ),
    ("packages", "Reuse by package", "The same, binary packages."),
    ("bytes", "Reuse by byte", "The same, installed size in MiB; nearly all of downstream's is estimated."),
    ("divergence", "What diverges, and why", "With stand-ins, downstream as shipped."),
    ("moved", "From release to release", "The same image, with stand-ins, downstream as shipped."),
    ("infeasible", "Without an answer", "Each with the minimal core that says why."),
    (
        "curves",
        "Reuse against size",
        (
            "The exact frontier of downstream sources against installed size. Sizes of downstream's own packages are "
            "estimated from upstream's, at 50, 100 and 200 %. The steepest step saves most per further source."
        ),
    ),
    ("steps", "The first steps", "Estimates at 100 %."),
    ("truth", "Ground truth", "Closures over spec files alone, against sets known by other means."),
    (
        "kept",
        "What keeping costs",
        "Cost: 1 a source, 1 a patch, 1 more a CVE patch, 1 a BuildRequires that nobody meets.",
    ),
)
_BLOCK = re.compile(r"(<!-- generated: (?P<name>[a-z]+) -->\n).*?(<!-- end -->)", re.DOTALL)


class UnknownBlockError(ValueError):
    """A document marks a block that nothing makes: the document and the block's name."""

    def __init__(self, document: str, block: str) -> None:
        super().__init__(document, block)
        self.document, self.block = document, block

    def __str__(self) -> str:
        return f"{self.document} marks a block {self.block!r}; there are {', '.join(BLOCKS)}"


def result_files(results: Results) -> dict[str, bytes]:
    """Return the content of each file of results, pictures apart, by its name."""
    files = {name: _lines(getattr(results, part)) for part, (name, _) in FILES.items()}
    return files | {SUMMARY: summary(results).encode()}


def read_results(folder: Path) -> Results:
    """Return results from their files. Raises OSError, msgspec.DecodeError."""
    parts = {
        part: msgspec.json.decode((folder / name).read_bytes(), type=tuple[kind, ...])  # type: ignore[valid-type]
        for part, (name, kind) in FILES.items()
    }
    return Results(**parts)


def summary(results: Results) -> str:
    """Return every block under its heading; those without anything to show are left out."""
    lines: list[str] = []
    for level, (name, title, words) in enumerate(_SECTIONS):
        if not _is_told(results, name):
            continue
        lines += [f"{'##' if level else '#'} {title}", "", words, "", *BLOCKS[name](results), ""]
    return "\n".join(lines[:-1]) + "\n"


def fill(text: str, document: str, results: Results) -> str:
    """Return a document with each block between `<!-- generated: NAME -->` and `<!-- end -->` made anew.

    Raises UnknownBlockError.
    """

    def made(match: re.Match[str]) -> str:
        if match["name"] not in BLOCKS:
            raise UnknownBlockError(document, match["name"])
        return match[1] + "\n".join(BLOCKS[match["name"]](results)) + "\n" + match[3]

    return _BLOCK.sub(made, text)


def _lines(records: tuple[Record, ...]) -> bytes:
    """Return records as a JSON array, one a line: what changed is seen in a diff."""
    return b"[\n" + b",\n".join(map(msgspec.json.encode, records)) + b"\n]\n"


def _is_told(results: Results, name: str) -> bool:
    parts = {"curves": results.curves, "steps": results.curves, "truth": results.truths, "kept": results.kept}
    return bool(parts.get(name, results.lists))

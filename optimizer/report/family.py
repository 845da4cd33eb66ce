"""A family's result as text for a terminal of 100 columns: what its images share, and what that gains."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.answer.family import FamilyImage, FamilyRecord
from optimizer.answer.result import Result
from optimizer.model.solution import Stage
from optimizer.report.quantity import counted, listed, mebibytes, relative
from optimizer.report.summary import STATUS
from optimizer.report.text import result_text
from optimizer.report.wrapping import wrapped

_SHOWN = 6
_TITLES = {
    "pool_divergence": "pool: sources to maintain",
    "pool_packages": "pool: packages",
    "pool_size": "pool: installed size",
    "pool_download_size": "pool: download size",
    "shared_packages": "shared by all: packages",
    "shared_size": "shared by all: installed size",
    "layered_size": "shared once and what is beside it",
    "total_divergence": "sum of images: sources",
    "total_packages": "sum of images: packages",
    "total_size": "sum of images: installed size",
}


def family_text(record: FamilyRecord, results: Sequence[Result], rejected: Sequence[str] = ()) -> str:
    """Return the whole report of a family; lines end in a line feed, sizes are MiB."""
    blocks = [f"{record.family}: {_status(record, results)}"]
    if record.images:
        blocks += [_stages(record.stages), _totals(record), _images(record.images), _changes(record.images)]
        unknown = sum(package.installed_size is None for package in record.pool)
        if unknown:
            blocks[3] += f"\nnobody knows the installed size of {counted(unknown, 'package')} of the pool"
    if record.status == "rejected":
        blocks.append("\n".join(rejected) or "an image was rejected:")
        blocks += [result_text(one).rstrip() for one in results if one.record.status == "rejected"]
    if record.clash:
        blocks.append("\n".join(("together these cannot all hold:", *(f"  - {line}" for line in record.clash))))
    elif record.status == "infeasible" and not record.without:
        blocks.append("no minimal set of reasons was found before the limit or Ctrl-C")
    if record.without:
        blocks.append(f"without an answer of their own: {', '.join(record.without)}")
        blocks += [result_text(one).rstrip() for one in results]
    return "\n\n".join(blocks) + "\n"


def _status(record: FamilyRecord, results: Sequence[Result]) -> str:
    words = STATUS[record.status]
    if record.status in ("proven", "not proven") and results:
        words += f"; {counted(len(results), 'image')}, each accepted by verify and libsolv"
    return words


def _stages(stages: Sequence[Stage]) -> str:
    from tabulate import tabulate

    rows = [
        [
            _TITLES[stage.objective],
            _amount(stage.objective, stage.value),
            "none" if stage.bound is None else _amount(stage.objective, stage.bound),
            "proven" if stage.status == "optimal" else "not proven",
        ]
        for stage in stages
        if stage.objective != "tie_break"
    ]
    if stages[-1].status != "optimal":
        rows.append(["tie-break", "", "", "not proven: other sets may be as good"])
    if not rows:
        return "no objectives: any sets that have the features"
    return tabulate(rows, headers=["stage", "value", "proven bound", "status"], disable_numparse=True)


def _totals(record: FamilyRecord) -> str:
    from tabulate import tabulate

    rows = [
        [title, _amount(kind, record.totals[kind]), _amount(kind, before), relative(record.totals[kind], before)]
        for kind, title in _TITLES.items()
        for before in (record.alone[kind],)
    ]
    headers = ["", "together", "each solved alone", "together is"]
    return tabulate(rows, headers=headers, disable_numparse=True)


def _images(images: Sequence[FamilyImage]) -> str:
    from tabulate import tabulate

    rows = [
        [
            image.name,
            f"{image.packages:,}",
            mebibytes(image.installed_size),
            f"{image.remainder_packages:,}",
            mebibytes(image.remainder_size),
            f"{image.alone_packages:,}",
            mebibytes(image.alone_installed_size),
        ]
        for image in images
    ]
    headers = ["image", "packages", "installed", "not shared", "installed", "alone", "installed"]
    align = ("left", *("right" for _ in headers[1:]))
    return tabulate(rows, headers=headers, disable_numparse=True, colalign=align)


def _changes(images: Sequence[FamilyImage]) -> str:
    """Say what sharing costs and saves each image in packages; nothing where all are as they are alone."""
    changed = [image for image in images if image.added or image.dropped]
    if not changed:
        return "each image holds what it holds where it is solved alone"
    lines = ["what the family changes in an image, against solving it alone:"]
    for image in changed:
        words = [
            f"{sign} {listed(held, _SHOWN)}" for sign, held in (("+", image.added), ("-", image.dropped)) if held
        ]
        lines.append(f"  {image.name}")
        for word in words:
            lines += wrapped(word, "    ", "      ")
    same = len(images) - len(changed)
    return "\n".join((*lines, *((f"  {counted(same, 'image')} unchanged",) if same else ())))


def _amount(kind: str, value: int) -> str:
    return mebibytes(value) if kind.endswith("_size") else f"{value:,}"

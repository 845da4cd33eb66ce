"""The result files of a family: a directory for each image, and family.json beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from optimizer.answer.family import FAMILY, FamilyRecord
from optimizer.answer.result import Result
from optimizer.answer.stored import DIVERGENCE, MANIFEST, RUN
from optimizer.export.results import write_json, write_results


def write_family(record: FamilyRecord, results: Sequence[Result], images: Iterable[str], directory: Path) -> Path:
    """Write a family's files into `directory/<family>/`, each image's below it, and return that directory.

    family.json goes first and comes last, as run.json does for one problem; of `images` without a result an earlier
    one is removed. Raises OSError.
    """
    target = directory / record.family
    target.mkdir(parents=True, exist_ok=True)
    (target / FAMILY).unlink(missing_ok=True)
    written = {result.instance.problem for result in results}
    for name in images:
        for file in (RUN, MANIFEST, DIVERGENCE) if name not in written else ():
            (target / name / file).unlink(missing_ok=True)
    for result in results:
        write_results(result, target)
    write_json(target / FAMILY, record)
    return target

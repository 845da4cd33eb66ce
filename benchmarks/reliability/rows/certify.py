"""Certificates of the problems that come with the project: proofs, their sizes and times, and what damage does."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from random import Random

from benchmarks.place import ROOT
from benchmarks.reliability.promise import Figure, Promise, Scale
from optimizer.certify.certificate import Level
from optimizer.certify.keep import keep
from optimizer.certify.make import certify
from optimizer.certify.recheck import recheck
from optimizer.export.results import write_results
from optimizer.model.solver import Budget
from optimizer.pipeline import Settings, solve_file
from optimizer.repository.progress import Silent

#: Those whose figures are told one by one.
_NAMED = ("demo", "cs9-host", "c7-core-group", "c7-gnome-desktop", "cs9-load-balancer", "photon-1.0-tp1-minimal")
_FLIPS = 20  # bytes of each certificate that are changed, one at a time


def problem_files() -> list[Path]:
    """Return the problems that are certified."""
    folders = ("demo", "real", "real/infeasible", ".", "small-images", "atomic-hosts", "container-hosts", "microos")
    files = (path for folder in folders for path in sorted((ROOT / "problems" / folder).glob("*.yaml")))
    return [path for path in files if path.name != "equivalents.yaml"]


def measure(scale: Scale) -> tuple[Figure, ...]:
    """Solve, certify, check, damage, check again."""
    files = problem_files()
    if scale.quick:
        files = [path for path in files if path.stem in ("demo", "cs9-host", "infeasible")]
    proofs = steps = size = refused = flips = 0
    named: list[Figure] = []
    levels: list[Level] = []
    for file in files:
        with scale.folder() as folder:
            result = solve_file(file, Settings(mirror=scale.data))
            written = write_results(result, folder)
            begun = time.perf_counter()
            made = certify(written, Budget(), Silent(), by_proof=True)
            directory = keep(made.files, written / "certificate")
            certified = time.perf_counter()
            assert recheck(directory, Budget(), written).faults == (), file
            checked = time.perf_counter()
            levels.append(made.certificate.level)
            proofs += len(made.certificate.refutations)
            steps += sum(one.steps for one in made.certificate.refutations)
            bytes_ = sum(map(len, made.files.values()))
            size += bytes_
            if file.stem in _NAMED:
                times = f"made in {certified - begun:.1f} s, checked in {checked - certified:.1f} s"
                named.append(Figure(name=file.stem, value=f"{bytes_ / 2**20:.1f} MiB, {times}"))
            refused += _refused(directory, folder / "damaged")
            flips += _FLIPS
    return (
        Figure(name="problems certified", value=len(levels)),
        Figure(name='of these "proof checked"', value=levels.count(Level.PROOF_CHECKED), wanted=len(levels)),
        Figure(name="proofs", value=proofs),
        Figure(name="steps of these", value=steps),
        Figure(name="certificates together", value=round(size / 2**20, 1), unit="MiB"),
        *named,
        Figure(name="changed bytes tried", value=flips),
        Figure(name="of these refused", value=refused, wanted=flips),
    )


def _refused(directory: Path, copy: Path) -> int:
    """Return how many of some changed bytes are found."""
    random, found = Random(directory.parent.name), 0
    shutil.copytree(directory, copy)
    files = sorted(copy.iterdir())
    for _ in range(_FLIPS):
        path = random.choice(files)
        content = path.read_bytes()
        changed = bytearray(content)
        changed[random.randrange(len(content))] ^= 1 << random.randrange(8)
        path.write_bytes(changed)
        found += bool(recheck(copy, Budget()).faults)
        path.write_bytes(content)
    return found


ROW = Promise(
    name="certify",
    promise="An optimum comes with a proof that others can check, and a certificate that was changed is refused",
    tests=(
        "tests/certify/test_certify.py::test_one_byte_anywhere_is_refused",
        "tests/certify/test_certify.py::test_another_optimum_is_refused_however_well_it_is_dressed",
        "tests/certify/test_proof.py::test_no_proof_is_taken_of_what_is_false",
        "tests/certify/test_proof.py::test_exact_is_right_and_its_proof_is_taken",
    ),
    measure=measure,
)

"""The same problem gives the same bytes, whatever the seed of Python's hashes and the number of workers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from optimizer.pipeline import Settings, solve_file
from optimizer.repository.cache import Cache
from optimizer.universe.snapshot import encode_instance
from tests.demo.recipes import DEMO

PROGRAM = """
import sys
from hashlib import sha256
from pathlib import Path
import msgspec
from optimizer.pipeline import Settings, solve_file
from optimizer.universe.snapshot import encode_instance
for file in sys.argv[2:]:
    result = solve_file(Path(file), Settings(workers=int(sys.argv[1])))
    for part in (result.manifest, result.divergence, result.record.infeasible, result.record.stages):
        print(sha256(msgspec.json.encode(part)).hexdigest())
    print(sha256(encode_instance(result.instance)).hexdigest())
"""
PROBLEMS = [str(DEMO / f"{name}.yaml") for name in ("demo", "infeasible", "weak-follow", "objective")]


def fingerprints(seed: int, workers: int) -> str:
    """The checksums of everything that a fresh interpreter makes of some problems."""
    environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
    command = [sys.executable, "-c", PROGRAM, str(workers), *PROBLEMS]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def expected() -> str:
    """The checksums of one run."""
    return fingerprints(0, 1)


def test_every_part_of_every_problem_has_its_checksum(expected: str) -> None:
    assert len(expected.split()) == 5 * len(PROBLEMS)


@pytest.mark.parametrize(("seed", "workers"), [(1, 1), (2, 4)])
def test_neither_seed_nor_workers_show(expected: str, seed: int, workers: int) -> None:
    assert fingerprints(seed, workers) == expected


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda path: Path(path).stem)
def test_a_cold_cache_does_not_show(problem: str, tmp_path: Path) -> None:
    """libsolv's own files keep dependencies in another order than the metadata they were made of."""
    settings = Settings(cache=Cache(tmp_path / "cache"), divergence=False)
    cold, warm = (encode_instance(solve_file(Path(problem), settings).instance) for _ in range(2))
    assert warm == cold

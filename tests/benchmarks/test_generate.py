"""Generated universes: the same for a seed, part of larger ones, always solvable, and like real ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.generate import features_reaching, generate
from benchmarks.rpm_md import REPOSITORY, write_problem, write_repository
from benchmarks.universe_statistics import REAL, ROOT, measure_universe, statistics_table
from optimizer.pipeline import Settings, close_problem, solve_file
from optimizer.problem.load import load_problem


def test_a_seed_is_a_universe_and_another_seed_another() -> None:
    assert generate(1_000, seed=3) == generate(1_000, seed=3)
    assert generate(1_000, seed=3) != generate(1_000, seed=4)


def test_a_universe_is_the_start_of_every_larger_one() -> None:
    small, large = generate(1_000).packages, generate(3_000).packages
    assert 1_000 <= len(small) < 1_100
    assert 3_000 <= len(large) < 3_100
    assert large[: len(small)] == small


def test_the_same_bytes_are_written_again(tmp_path: Path) -> None:
    universe = generate(500)
    first, second = (write_repository(universe, tmp_path / name) / "repodata" for name in ("one", "two"))
    for path in sorted(first.iterdir()):
        assert path.read_bytes() == (second / path.name).read_bytes(), path.name
    assert {path.name for path in first.iterdir()} == {"filelists.xml.gz", "primary.xml.gz", "repomd.xml"}


def test_each_name_has_the_versions_asked_for() -> None:
    universe = generate(1_000, versions=10)
    held: dict[str, list[int]] = {}
    for package in universe.packages:
        held.setdefault(package.name, []).append(package.version)
    assert set(map(tuple, held.values())) == {tuple(range(1, 11))}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_names_reach_what_they_are_said_to_and_there_is_an_answer(seed: int, tmp_path: Path) -> None:
    universe = generate(2_500, seed=seed)
    names = features_reaching(universe, 400, seed=seed)
    file = write_problem(universe, names, tmp_path)
    closed = close_problem(load_problem(file), Settings()).closed.instance
    assert 380 <= len(closed.packages) <= 400
    result = solve_file(file, Settings())
    assert (result.record.status, result.exit_code) == ("proven", 0)


def test_a_larger_universe_leaves_the_closure_as_it_was(tmp_path: Path) -> None:
    instances = []
    for count in (1_000, 4_000):
        universe = generate(count)
        names = features_reaching(universe, 300, among=1_000)
        directory = tmp_path / str(count)
        directory.mkdir()
        file = write_problem(universe, names, directory)
        instances.append(close_problem(load_problem(file), Settings()).closed.instance)
    assert instances[0].packages == instances[1].packages
    assert instances[0].requirements == instances[1].requirements


@pytest.mark.data
def test_it_is_like_what_is_real(data_directory: Path, tmp_path: Path) -> None:
    real = [
        measure_universe(
            load_problem(ROOT / "problems" / "real" / f"{name}.yaml"), Settings(mirror=data_directory)
        ).rows
        for name in REAL.values()
    ]
    universe = generate(10_000)
    made = measure_universe(load_problem(write_problem(universe, ["p0"], tmp_path)), Settings())
    alike = {
        "packages a source, mean": 1.2,
        "requires a package, median": 1.5,
        "requires a package, mean": 1.3,
        "requires a package, 90 %": 1.3,
        "requires of sonames, share": 1.4,
        "installed KiB, median": 1.5,
        "installed KiB, 90 %": 1.5,
        "with obsoletes, share": 1.3,
        "with several providers, share": 2.0,
        "requires that are paths, share": 2.0,
        "requires with a version, share": 1.6,
        "packages it leads to, mean": 1.4,
        "in cycles, share": 1.5,
        "largest cycle": 2.0,
        "closure of a package, median": 1.5,
        "closure of a package, 90 %": 1.6,
    }
    for name, factor in alike.items():
        values = [rows[name] for rows in real]
        assert min(values) / factor <= made.rows[name] <= max(values) * factor, (name, values, made.rows[name])
    assert "| cycles |" in statistics_table({REPOSITORY: made})

"""Every shipped problem file is sound, says what it stands for, and is listed; together they use every kind."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from optimizer.problem.load import load_problem
from optimizer.problem.problem import Candidates, CompsGroup, ObjectiveKind, Origin, WeakDependencies
from tests.problems.files import (
    PROBLEMS,
    family_files,
    infeasible_files,
    library_files,
    library_infeasible_files,
    pair_files,
    real_files,
    relative,
)

QUESTIONS = [*library_files(), *library_infeasible_files(), *real_files(), *infeasible_files()]
FILES = [*QUESTIONS, *pair_files()]


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_file_loads_and_bears_its_own_name(path: Path) -> None:
    problem = load_problem(path)

    assert problem.name == path.stem
    assert any(feature.required for feature in problem.features) == (path in QUESTIONS)


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_file_opens_with_what_it_stands_for(path: Path) -> None:
    first, second = path.read_text(encoding="utf-8").splitlines()[:2]

    assert re.fullmatch(r"# [A-Z].{20,}", first)
    assert second.startswith("#") or first.endswith((".", "?"))


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_file_names_no_place_of_this_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    baseurls = re.findall(r"^ +baseurl: (\S+)", text, re.MULTILINE)

    assert baseurls or "\nextends: " in text
    assert all(url.startswith("https://") or re.fullmatch(r"[a-z0-9.-]+", url) for url in baseurls)


@pytest.mark.parametrize("path", library_files(), ids=relative)
def test_a_library_problem_says_where_its_list_comes_from(path: Path) -> None:
    """In its own comment, or in that of the file it only changes the rules of."""
    problem = load_problem(path)
    told = {path, *(Path(feature.position.file) for feature in problem.features)}

    assert any("\n# The list: " in file.read_text(encoding="utf-8") for file in told)


def test_names_of_problems_are_unique() -> None:
    repeated = [name for name, count in Counter(path.stem for path in FILES).items() if count > 1]

    assert repeated == []


def test_every_pair_is_extended_and_every_extended_file_is_listed() -> None:
    bases = {
        (path.parent / base).resolve()
        for path in FILES
        for base in re.findall(r"^extends: (\S+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    }

    assert set(pair_files()) <= bases <= set(FILES)


def test_readme_lists_every_file_once_and_no_other() -> None:
    listed = re.findall(r"^- `([^`]+)`:", (PROBLEMS / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    beside = [
        *family_files(),
        *(PROBLEMS / "equivalents").glob("*.yaml"),
        *(PROBLEMS / "real" / "previous").glob("*.json"),
    ]

    assert sorted(listed) == sorted(relative(path) for path in [*FILES, *beside])


def test_real_problems_are_spread_over_the_repositories() -> None:
    over = Counter(source.id for path in real_files() for source in load_problem(path).repositories)

    wanted = {
        "centos-stream-9-appstream": 8,
        "centos-7.2.1511": 8,
        "opensuse-11.1-beta5": 4,
        "sles-10": 4,
        "openstack-mitaka-el7": 4,
        "fedora-32-subset": 3,
        "centos-8-subset": 3,
    }
    assert len(real_files()) >= 45
    assert len(infeasible_files()) >= 3
    assert {name: over[name] for name, least in wanted.items() if over[name] < least} == {}


def test_openstack_enters_as_upstream_and_as_downstream() -> None:
    origins = {
        source.origin
        for path in real_files()
        for source in load_problem(path).repositories
        if source.id == "openstack-mitaka-el7"
    }

    assert origins == {Origin.UPSTREAM, Origin.DOWNSTREAM}


def test_real_problems_use_every_objective_and_every_kind_of_question() -> None:
    problems = [load_problem(path) for path in real_files()]
    features = [feature for problem in problems for feature in problem.features]

    assert {objective.kind for problem in problems for objective in problem.objectives} == set(ObjectiveKind)
    assert any(problem.policy.candidates is Candidates.ALL for problem in problems)
    assert any(problem.policy.weak_dependencies is WeakDependencies.FOLLOW for problem in problems)
    assert any(problem.policy.multilib for problem in problems)
    assert any(problem.policy.unknown_size == "error" for problem in problems)
    assert any(problem.modules for problem in problems)
    assert any(problem.previous for problem in problems)
    assert any(problem.forbidden for problem in problems)
    assert any(problem.limits.feature_groups for problem in problems)
    assert any(problem.limits.installed_bytes for problem in problems)
    assert any(problem.limits.downstream_sources for problem in problems)
    assert any(isinstance(feature.require, CompsGroup) for feature in features)
    assert any(not feature.required and feature.value > 1 for feature in features)
    assert any(str(feature.require).startswith("/") for feature in features)
    assert any(" if " in str(feature.require) for feature in features)

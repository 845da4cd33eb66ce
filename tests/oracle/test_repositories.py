"""What is written of a world is what others read: createrepo_c, real dnf, and the product's own problem loader."""

from __future__ import annotations

from pathlib import Path

import createrepo_c
import pytest
from hypothesis import HealthCheck, given, settings

from optimizer.problem.dependency import Capability, parse_dependency
from optimizer.problem.load import load_problem
from optimizer.problem.problem import Origin
from tests.oracle.repositories import write_problem, write_repositories
from tests.oracle.strategies import cases
from tests.oracle.world import OraclePackage, Question, Wish, World
from tests.peers.dnf import run_dnf

_RELAXED = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def capability(text: str) -> Capability:
    parsed = parse_dependency(text)
    assert isinstance(parsed, Capability)
    return parsed


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_createrepo_c_reads_every_field_back(tmp_path: Path) -> None:
    written = OraclePackage(
        "app",
        epoch=1,
        version="2~rc",
        installed_bytes=7,
        download_bytes=None,
        provides=(capability("web(api) = 1:2"), capability("mail")),
        files=("/usr/bin/app", "/usr/share/data"),
        requires=(parse_dependency("(lib if tool else core)"), capability("lib < 3-1")),
        prerequires=(capability("/bin/sh"),),
        conflicts=(capability("old <= 1"),),
        obsoletes=(capability("old"),),
        recommends=(capability("more"),),
        supplements=(parse_dependency("(a and b)"),),
    )
    world = World((("base", Origin.UPSTREAM),), (written,))
    repodata = write_repositories(world, tmp_path)["base"] / "repodata"
    iterator = createrepo_c.PackageIterator(
        primary_path=str(repodata / "primary.xml"), filelists_path=str(repodata / "filelists.xml"), other_path=None
    )
    (read,) = iterator
    assert read.nevra() == "app-1:2~rc-1.x86_64"
    assert (read.size_installed, read.size_package) == (7, 0)
    assert read.provides == [
        ("app", "EQ", "1", "2~rc", "1", False),
        ("web(api)", "EQ", "1", "2", None, False),
        ("mail", None, None, None, None, False),
    ]
    assert read.requires == [
        ("(lib if tool else core)", None, None, None, None, False),
        ("lib", "LT", "0", "3", "1", False),
        ("/bin/sh", None, None, None, None, True),
    ]
    assert read.conflicts == [("old", "LE", "0", "1", None, False)]
    assert [held[0] for held in (*read.obsoletes, *read.recommends, *read.supplements)] == [
        "old",
        "more",
        "(a and b)",
    ]
    assert ["".join(held[1:]) for held in read.files] == ["/usr/bin/app", "/usr/share/data"]


@pytest.mark.tool("dnf")
def test_dnf_takes_a_full_list_with_two_kernels_and_both_colours(tmp_path: Path) -> None:
    world = World(
        (("base", Origin.UPSTREAM), ("own", Origin.DOWNSTREAM)),
        (
            OraclePackage("kernel", version="1"),
            OraclePackage("kernel", version="2", repository="own"),
            OraclePackage("lib", arch="i686"),
            OraclePackage("lib", epoch=1, requires=(capability("kernel >= 2"),)),
            OraclePackage("app", arch="noarch"),
        ),
    )
    repositories = write_repositories(world, tmp_path / "repositories")
    wanted = ("kernel-1-1.x86_64", "kernel-2-1.x86_64", "lib-1:1-1.x86_64")
    assert run_dnf(repositories, wanted, tmp_path / "root").nevras == wanted
    coloured = ("app-1-1.noarch", "lib-1-1.i686")
    assert run_dnf(repositories, coloured, tmp_path / "root").nevras == coloured


@_RELAXED
@given(cases(3))
def test_the_product_reads_every_question_as_it_was_meant(
    tmp_path_factory: pytest.TempPathFactory, case: tuple[World, Question]
) -> None:
    world, question = case
    problem = load_problem(write_problem(world, question, tmp_path_factory.mktemp("problem")))
    read = tuple(Wish(f.require, f.required, f.value, f.group) for f in problem.features)  # type: ignore[arg-type]
    ordered = sorted(question.features, key=lambda wish: not wish.required)
    assert [(wish.require, wish.required, wish.group) for wish in read] == [
        (wish.require, wish.required, wish.group) for wish in ordered
    ]
    assert [wish.value for wish in read if not wish.required] == [wish.value for wish in ordered if not wish.required]
    assert tuple(forbidden.require for forbidden in problem.forbidden) == question.forbidden
    assert {row.name: row.upstream for row in problem.equivalents} == dict(question.equivalents)
    assert [(pin.name, pin.relation, pin.origin, pin.repository) for pin in problem.pins] == [
        (pin.name, pin.relation, pin.origin, pin.repository) for pin in question.pins
    ]
    assert [str(held) for held in problem.lock] == [held.nevra for held in question.lock]
    assert [str(held) for held in problem.previous] == [held.nevra for held in question.previous]
    assert tuple(objective.kind for objective in problem.objectives) == question.objectives
    assert problem.limits.installed_bytes == question.bounds.installed_bytes
    assert tuple((b.group, b.minimum, b.maximum) for b in problem.limits.feature_groups) == question.bounds.groups
    assert problem.policy.multilib is question.rules.multilib
    assert problem.policy.install_only == question.rules.install_only
    assert problem.policy.unknown_size == question.rules.unknown_bytes

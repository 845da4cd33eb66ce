"""What a person writes or is given: problem files, families, `.repo` files, dependencies, equivalents."""

from __future__ import annotations

import shutil
from pathlib import Path

from optimizer.problem.dependency import DependencySyntaxError, leaves, parse_dependency
from optimizer.problem.error import Mistake, ProblemError
from optimizer.problem.family import load_family
from optimizer.problem.load import load_problem
from optimizer.problem.problem import Position
from optimizer.problem.repo_file import parse_repo_file
from optimizer.universe.formula import dependency_formula
from optimizer.universe.world import new_world
from tests.fuzz.mutate import Kind
from tests.fuzz.target import Contain, Target
from tests.repository.primary import nested, product
from tests.requirements import PROJECT_ROOT

_DEMO = PROJECT_ROOT / "problems" / "demo"
_REPO = b"""# comment
[baseos]
name=Base $releasever
baseurl=https://mirror/$basearch/os/
        https://other/os/
gpgcheck=1
repo_gpgcheck=1
gpgkey=file:///etc/pki/key
enabled=1

[other]
mirrorlist=https://mirrors/?arch=$basearch
enabled=0
"""
_DEPENDENCIES = (
    *("a", "a >= 1:2-3", "/usr/bin/a", "libc.so.6(GLIBC_2.4)(64bit)", "python3.9dist(x) = 1", "(a and b)"),
    *("(a if b else (c unless d))", "((a with b > 1) or (c without d))", "rpmlib(X)", nested(60), product(10)),
)


def _beside(place: Path) -> None:
    """Put into a directory what the demo's problems name."""
    for path in (_DEMO / "equivalents.yaml", *(_DEMO / "manifests").iterdir()):
        target = place / path.relative_to(_DEMO)
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(path, target)


def run_problem(data: bytes, place: Path, contain: Contain) -> None:
    """A problem file beside a base that it may extend."""
    _beside(place)
    shutil.copyfile(_DEMO / "demo.yaml", place / "base.yaml")
    path = place / "problem.yaml"
    path.write_bytes(data)
    load_problem(path)


def run_family(data: bytes, place: Path, contain: Contain) -> None:
    """A family of two images that are there."""
    _beside(place)
    for name in ("one", "two"):
        text = (_DEMO / "demo.yaml").read_bytes()
        (place / f"{name}.yaml").write_bytes(text.replace(b"name: demo", b"name: " + name.encode()))
    path = place / "family.yaml"
    path.write_bytes(data)
    load_family(path)


def run_repo_file(data: bytes, place: Path, contain: Contain) -> None:
    parse_repo_file("fuzz.repo", data)


def run_dependency(data: bytes, place: Path, contain: Contain) -> None:
    """A text that is read must be read the same when it is printed, by libsolv too."""
    text = data.decode("utf-8", "replace")
    try:
        parsed = parse_dependency(text)
    except DependencySyntaxError as error:
        place_of = Position("fuzz.yaml", 1, "features.required[0]")
        raise ProblemError((Mistake(place_of, "a dependency", str(error)),)) from error
    assert parse_dependency(str(parsed)) == parsed
    assert leaves(parsed)
    world = new_world("x86_64")
    world.index()
    dependency_formula(world, world.dependency_id(parsed), world.dependency_id(parsed).__class__)


def _demos() -> tuple[bytes, ...]:
    found = sorted(set(_DEMO.glob("*.yaml")) - {_DEMO / "equivalents.yaml"})
    extending = b"format: 1\nextends: base.yaml\nname: x\nfeatures: {required: [a], without: [kernel]}\n"
    return (extending, *(path.read_bytes() for path in found))


_FAMILIES = (
    b"""format: 1
name: f
images: [one.yaml, two.yaml]
objectives: [pool_packages, layered_size]
keep: {divergence: 0, packages: 10}
same: {packages: [a, b], sources: all}
""",
    b"""format: 1
name: g
images:
- one.yaml
- {extends: two.yaml, name: three, limits: {packages: 9}}
keep: all
""",
)


TARGETS = (
    Target("problem", Kind.TREE, _demos, run_problem),
    Target("problem-text", Kind.TEXT, _demos, run_problem),
    Target("family", Kind.TREE, lambda: _FAMILIES, run_family),
    Target("repo-file", Kind.TEXT, lambda: (_REPO,), run_repo_file),
    Target("dependency", Kind.TEXT, lambda: tuple(map(str.encode, _DEPENDENCIES)), run_dependency),
)

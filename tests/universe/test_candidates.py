"""Loading none but the candidates: the same Instance, to the byte, as from all packages."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optimizer.pipeline import Settings, close_problem
from optimizer.problem.load import load_problem
from optimizer.repository.cache import Cache
from optimizer.universe import load
from optimizer.universe.snapshot import encode_instance
from tests.demo.recipes import DEMO
from tests.repository.primary import Made, write_packages
from tests.requirements import PROJECT_ROOT

REAL = PROJECT_ROOT / "problems" / "real"
numbers = itertools.count()


def closed(file: Path, cache: Path, *, whole: bool = False, mirror: Path | None = None) -> tuple[int, bytes]:
    """Return how many packages were loaded, and the Instance."""
    with pytest.MonkeyPatch.context() as patch:
        if whole:
            patch.setattr(load, "wants_newest_only", lambda _problem: False)
        world = close_problem(load_problem(file), Settings(cache=Cache(cache), mirror=mirror))
    pool = world.universe.world.pool
    loaded = sum(1 for one in pool.solvables_iter() if one.repo.id in world.universe.world.origins)
    return loaded, encode_instance(world.closed.instance)


def write_problem(tmp_path: Path, origins: list[str], roots: list[Path], *more: str) -> Path:
    rows = [
        f"  - {{id: r{number}, origin: {origin}, baseurl: {root}}}"
        for number, (origin, root) in enumerate(zip(origins, roots, strict=True))
    ]
    head = ["format: 1", "name: p", "arch: x86_64", "features: {required: [a]}", "objectives: [age, packages]"]
    file = tmp_path / "p.yaml"
    file.write_text("\n".join([*head, *more, "repositories:", *rows]) + "\n")
    return file


made = st.builds(
    Made,
    name=st.sampled_from("abc"),
    epoch=st.sampled_from("01"),
    version=st.sampled_from(("1", "2", "10", "1~b")),
    arch=st.sampled_from(("noarch", "x86_64", "i686", "src")),
    requires=st.sampled_from(((), ("a",), ("b",), ("c",), ("/p",))),
    provides=st.sampled_from(((), ("a",), ("b",))),
    obsoletes=st.sampled_from(((), ("c",))),
    files=st.sampled_from(((), ("/p",))),
)
repositories = st.lists(st.lists(made, max_size=6), min_size=1, max_size=3)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(repositories, st.booleans(), st.booleans(), st.data())
def test_the_newest_alone_give_the_same_instance(
    tmp_path: Path, drawn: list[list[Made]], multilib: bool, rebuilt: bool, data: st.DataObject
) -> None:
    here = tmp_path / str(next(numbers))
    roots = [write_packages(here / str(number), *packages) for number, packages in enumerate(drawn)]
    origins = data.draw(
        st.lists(st.sampled_from(("upstream", "downstream")), min_size=len(drawn), max_size=len(drawn))
    )
    downstream = "rebuilt" if rebuilt else "shipped"
    policy = (
        f"policy: {{multilib: {str(multilib).lower()}, downstream: {downstream}, missing: stub, unknown_size: 0}}"
    )
    file = write_problem(here, origins, roots, policy)
    few, cold = closed(file, here / "cache")
    assert closed(file, here / "cache") == (few, cold)
    everything, instance = closed(file, here / "cache", whole=True)
    assert instance == cold
    assert everything == sum(map(len, drawn))
    admitted = {"noarch", "x86_64", *(("i686",) if multilib else ())}
    newest = {(number, one.name, one.arch) for number, held in enumerate(drawn) for one in held}
    assert few == sum(arch in admitted for _, _, arch in newest)


def test_an_age_counts_versions_that_were_not_loaded(tmp_path: Path) -> None:
    """The origin's other repository has two newer versions, one alone a candidate; another origin's do not count."""
    old = write_packages(tmp_path / "old", Made(version="1"), Made(version="2"))
    new = write_packages(tmp_path / "new", Made(version="3"), Made(version="4"), Made(version="4", arch="src"))
    own = write_packages(tmp_path / "own", Made(version="3.5"))
    file = write_problem(tmp_path, ["upstream", "upstream", "downstream"], [old, new, own])
    world = close_problem(load_problem(file), Settings(cache=Cache(tmp_path / "cache")))
    ages = {package.version: package.age for package in world.closed.instance.packages}
    assert ages == {"2": 2, "4": 0, "3.5": 0}


@pytest.mark.parametrize(
    "more",
    [
        "pins: [{name: a, version: '= 1'}]",
        "lock: lock.json",
        "policy: {candidates: all}",
    ],
)
def test_who_may_want_an_older_version_gets_all(more: str, tmp_path: Path) -> None:
    root = write_packages(tmp_path / "root", Made(version="1"), Made(version="2"))
    (tmp_path / "lock.json").write_text('{"packages": []}')
    if "lock" in more:
        row = '{"name": "a", "epoch": 0, "version": "1", "release": "1", "arch": "noarch"}'
        (tmp_path / "lock.json").write_text(f'{{"packages": [{row}]}}')
    file = write_problem(tmp_path, ["upstream"], [root], more)
    loaded, instance = closed(file, tmp_path / "cache")
    assert loaded == 2
    assert b'"version":"1"' in instance


def test_what_is_kept_is_kept_by_what_was_admitted(tmp_path: Path) -> None:
    root = write_packages(tmp_path / "root", Made(arch="x86_64"), Made(arch="i686"))
    counts = [
        closed(write_problem(tmp_path, ["upstream"], [root], f"policy: {{multilib: {word}}}"), tmp_path / "cache")[0]
        for word in ("false", "true", "false", "true")
    ]
    assert counts == [1, 2, 1, 2]
    assert len(Cache(tmp_path / "cache").entries()) == 2


@pytest.mark.parametrize("name", ["demo", "module", "multilib", "upstream-only", "weak-follow"])
def test_the_demo_closes_alike(name: str, tmp_path: Path) -> None:
    file = DEMO / f"{name}.yaml"
    _, instance = closed(file, tmp_path)
    assert closed(file, tmp_path, whole=True)[1] == instance


@pytest.mark.data
@pytest.mark.parametrize("name", ["cs9-nodejs-stream", "cs9-multilib-graphics", "c7-atomic-host"])
def test_real_repositories_close_alike(name: str, tmp_path: Path, data_directory: Path) -> None:
    file = REAL / f"{name}.yaml"
    _, instance = closed(file, tmp_path, mirror=data_directory)
    assert closed(file, tmp_path, whole=True, mirror=data_directory)[1] == instance

"""What libsolv and dnf say of the two distributions, before any model of ours does."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest
import solv

from optimizer.problem.dependency import Capability, Comparison, Dependency, Rich, RichOperator, parse_dependency
from tests.demo.recipes import DEMO, PROBLEMS, load_builder, nevra, read_problem, read_recipes
from tests.peers.dnf import run_dnf

SMALL = tuple(Path(__file__).with_name("upstream_only.txt").read_text(encoding="utf-8").split())


def load_pool(*repositories: str) -> Any:
    """A libsolv pool with these repositories, file paths of filelists included."""
    pool = solv.Pool()
    pool.setarch("x86_64")
    pool.set_flag(solv.Pool.POOL_FLAG_IMPLICITOBSOLETEUSESCOLORS, 1)  # i686 beside x86_64, as rpm has it
    for name in repositories:
        repository = pool.add_repo(name)
        for part, language, flags in (("primary", None, 0), ("filelists", "FL", solv.Repo.REPO_EXTEND_SOLVABLES)):
            document = solv.xfopen(str(DEMO / "repositories" / name / "repodata" / f"{part}.xml"))
            assert repository.add_rpmmd(document, language, flags)
            document.close()
    pool.addfileprovides()
    pool.createwhatprovides()
    return pool


def refusal(pool: Any, wanted: Collection[Any]) -> str:
    """Why libsolv cannot install these solvables together; empty where it can."""
    jobs = [pool.Job(solv.Job.SOLVER_INSTALL | solv.Job.SOLVER_SOLVABLE, solvable.id) for solvable in wanted]
    solver = pool.Solver()  # its problems point into it
    return "; ".join(str(problem) for problem in solver.solve(jobs))


def of_name(pool: Any, name: str) -> Any:
    """The one x86_64 or noarch package of a name."""
    (solvable,) = (one for one in pool.solvables_iter() if one.name == name and one.arch != "i686")
    return solvable


@pytest.mark.parametrize(
    ("repository", "broken"),
    [
        ("harbour", {"cloud-init": "nothing provides python(abi) = 3.11 needed by cloud-init-22.2-8.hb8.noarch"}),
        ("skiff", {}),
    ],
)
def test_every_package_can_be_installed_alone_but_the_one_that_must_not(
    repository: str, broken: dict[str, str]
) -> None:
    pool = load_pool(repository)
    assert {one.name: why for one in pool.solvables_iter() if (why := refusal(pool, [one]))} == broken


def test_skiff_does_not_mend_what_is_broken_in_harbour() -> None:
    pool = load_pool("harbour", "skiff")
    broken = [one for one in pool.solvables_iter() if refusal(pool, [one])]
    assert [(one.repo.name, one.name) for one in broken] == [("harbour", "cloud-init")]


def test_harbour_keeps_dhcp_client_and_networkd_apart() -> None:
    pool = load_pool("harbour")
    client, networkd = of_name(pool, "dhcp-client"), of_name(pool, "systemd-networkd")
    assert refusal(pool, [client]) == refusal(pool, [networkd]) == ""
    assert "conflicts with systemd-networkd" in refusal(pool, [client, networkd])


def test_versions_order_as_the_recipes_say() -> None:
    pool = load_pool("harbour")
    tmux = {one.evr: one for one in pool.solvables_iter() if one.name == "tmux"}
    older, middle, newer = (tmux.pop(evr) for evr in ("3.4-1.hb9", "3.4^20240301-1.hb9", "3.5~rc1-1.hb9"))
    assert older.evrcmp(middle) < 0 < newer.evrcmp(middle)
    assert not tmux


def test_equivalents_relate_a_downstream_name_to_an_upstream_capability() -> None:
    pool = load_pool("harbour")
    skiff = {recipe.name for recipe in read_recipes("skiff")}
    table = read_problem(DEMO / "equivalents.yaml")["equivalents"]
    assert set(table) <= skiff
    for name, row in table.items():
        upstream = row["upstream"] if isinstance(row, dict) else row
        for capability in [upstream] if isinstance(upstream, str) else upstream or ():
            assert pool.whatprovides(pool.str2id(capability)), (name, capability)


def test_yesterdays_image_is_of_harbour_and_one_of_it_has_been_replaced() -> None:
    known = {nevra(recipe): load_builder().parse_size(recipe.fields["size"][0]) for recipe in read_recipes("harbour")}
    manifest = json.loads((DEMO / "manifests" / "yesterday.json").read_text(encoding="utf-8"))
    sizes = {}
    for package in manifest["packages"]:
        epoch = f"{package['epoch']}:" if package["epoch"] else ""
        evr = f"{epoch}{package['version']}-{package['release']}"
        sizes[f"{package['name']}-{evr}.{package['arch']}"] = package["installed_size"]
    assert sizes.items() <= known.items()
    assert {"tmux-3.4^20240301-1.hb9.x86_64", "postfix-2:3.8.5-3.hb9.x86_64"} <= sizes.keys()
    assert manifest["totals"]["installed_size"] == sum(sizes.values())


def features(path: Path) -> list[str]:
    """The required features of a problem that are dependencies, groups left out."""
    return [text for text in read_problem(path)["features"]["required"] if isinstance(text, str)]


@pytest.mark.parametrize("path", PROBLEMS, ids=lambda path: path.stem)
def test_every_feature_is_rpm_syntax(path: Path) -> None:
    for text in features(path):
        parse_dependency(text)


def provided(dependency: Dependency, recipes: Collection[Any]) -> set[str]:
    """The packages among `recipes` that provide a capability, or both halves of a `with`; bounds by = and >= only."""
    if isinstance(dependency, Rich):
        parts = [provided(operand, recipes) for operand in dependency.operands]
        return set.intersection(*parts) if dependency.operator is RichOperator.WITH else set.union(*parts)
    return {recipe.name for recipe in recipes if any(satisfies(dependency, text) for text in offers(recipe))}


def offers(recipe: Any) -> list[str]:
    """What a package provides: its name, its Provides, its files."""
    return [f"{recipe.name} = {recipe.evr}", *recipe.relations("provides"), *recipe.fields.get("files", ())]


def satisfies(wanted: Capability, offer: str) -> bool:
    """Whether a Provides fits; versions here are dotted numbers."""
    given = parse_dependency(offer)
    assert isinstance(given, Capability)
    if wanted.name != given.name or wanted.comparison is None:
        return wanted.name == given.name
    assert wanted.comparison is Comparison.GE
    assert wanted.evr is not None
    assert given.evr is not None
    return [*map(int, given.evr.split("."))] >= [*map(int, wanted.evr.split("."))]


def installed_bytes(nevras: Collection[str]) -> int:
    """The installed size of packages of harbour."""
    sizes = {nevra(recipe): recipe.fields["size"][0] for recipe in read_recipes("harbour")}
    return sum(load_builder().parse_size(sizes[name]) for name in nevras)


def test_the_small_image_has_every_feature() -> None:
    chosen = [recipe for recipe in read_recipes("harbour") if nevra(recipe) in SMALL]
    assert len(chosen) == len(SMALL)
    for text in features(DEMO / "upstream-only.yaml"):
        assert provided(parse_dependency(text), chosen), text
    assert {"bash", "filesystem", "shadow-utils", "util-linux", "iproute", "less"} <= {one.name for one in chosen}


@pytest.mark.tool("dnf")
def test_dnf_takes_the_small_image_as_it_is(tmp_path: Path) -> None:
    answer = run_dnf({"harbour": DEMO / "repositories" / "harbour"}, SMALL, tmp_path, platform="platform:hb9")
    assert (answer.problem, set(answer.nevras)) == (None, set(SMALL))


@pytest.mark.tool("dnf")
def test_dnfs_own_answer_is_a_quarter_larger_at_least(tmp_path: Path) -> None:
    wanted = ["@core", *features(DEMO / "upstream-only.yaml")]
    answer = run_dnf({"harbour": DEMO / "repositories" / "harbour"}, wanted, tmp_path, platform="platform:hb9")
    assert answer.problem is None
    assert len(answer.nevras) == 89
    assert installed_bytes(answer.nevras) >= 1.25 * installed_bytes(SMALL)

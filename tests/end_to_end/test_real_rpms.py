"""From recipes to a root: what dnf installs for an exported answer is the manifest, name for name, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.problem.dependency import Dependency, Rich, RichOperator, parse_dependency
from optimizer.problem.load import load_problem
from optimizer.problem.problem import Equivalent
from optimizer.universe.instance import Instance, RequirementKind
from optimizer.universe.snapshot import read_instance
from tests.demo.recipes import DEMO, read_problem
from tests.end_to_end.distribution import Distribution, manifest, nevra_of, pkgset, solve
from tests.end_to_end.root import Root, dnf, empty_root, ostree_commit
from tests.end_to_end.rpms import Rpm, recipe_rpm, recipes_by_nevra, stub_rpm
from tests.peers.dnf import run_dnf

STUB = "attestation-agent"
_HARD = (RequirementKind.REQUIRES, RequirementKind.PREREQUIRES)


def arguments(result: Path, *options: str | Path, code: int = 0) -> list[str]:
    """Return dnf's arguments for a result, as `pkgset export` writes them."""
    return pkgset("export", result, "--format", "dnf-arguments", *options, code=code).stdout.splitlines()


def check_root(root: Root, result: Path, *more: Rpm) -> None:
    """Fail unless a root holds exactly a result's packages and `more`, unchanged and as large as was said."""
    packages = [package for package in manifest(result) if package["origin"] != "stub"]
    expected = {nevra_of(package): package["installed_size"] for package in packages}
    expected.update(
        {f"{rpm.name}-{rpm.source['version']}-{rpm.source['release']}.{rpm.arch}": rpm.size for rpm in more}
    )
    assert root.packages() == expected
    assert root.rpm("-Va") == ""
    assert root.bytes_of_files() == sum(expected.values())


CASES = ("candidates-all.yaml", "multilib.yaml", "obsoletes.yaml", "upstream-only.yaml", "weak-follow.yaml")


@pytest.mark.parametrize("name", CASES)
def test_dnf_installs_the_exported_answer(name: str, distribution: Distribution, tmp_path: Path) -> None:
    problem = distribution.problem(name, tmp_path)
    result = solve(problem)
    root = empty_root(distribution, tmp_path / "root")
    dnf(root, arguments(result, "--allow-lossy"))
    check_root(root, result)
    assert what_features_alone_give(problem, distribution, tmp_path / "dnf") != set(root.packages())


def what_features_alone_give(problem: Path, distribution: Distribution, scratch: Path) -> set[str]:
    """Return what dnf makes of the required features, asked for as a person would."""
    document = read_problem(problem)
    words = [f"@{one['group']}" if isinstance(one, dict) else one for one in document["features"]["required"]]
    folders = {one["id"]: distribution.directory / one["id"] for one in document["repositories"]}
    said = run_dnf(folders, words, scratch, platform="platform:hb9")
    assert said.problem is None
    return set(said.nevras)


def test_a_list_of_names_is_not_the_answer(distribution: Distribution, tmp_path: Path) -> None:
    """Why the full NEVRA is exported: names alone give the newest versions, and the 64-bit side of a pair."""
    folders = {"harbour": distribution.directory / "harbour"}
    for name in ("candidates-all.yaml", "multilib.yaml"):
        packages = manifest(solve(distribution.problem(name, tmp_path)))
        names = sorted({package["name"] for package in packages})
        said = run_dnf(folders, names, tmp_path / "dnf")
        assert said.problem is None
        assert set(said.nevras) != {nevra_of(package) for package in packages}


def test_dnf_refuses_packages_whose_key_the_root_does_not_know(distribution: Distribution, tmp_path: Path) -> None:
    result = solve(distribution.problem("multilib.yaml", tmp_path))
    root = empty_root(distribution, tmp_path / "root", trusting=False)
    refused = dnf(root, arguments(result), check=False)
    assert refused.returncode != 0
    assert "GPG" in refused.stderr
    assert root.packages() == {}


def test_what_diverges_installs_once_it_is_made(distribution: Distribution, tmp_path: Path) -> None:
    """The demo's answer: sources rebuilt as the Instance has them, the stub packaged, all beside upstream's."""
    result = solve(distribution.problem("demo.yaml", tmp_path))
    made = [*rebuilt(result), stub_rpm(STUB)]
    distribution.repository("skiff-rebuilt", made)
    url = f"{distribution.url}/skiff-rebuilt/"
    words = arguments(result, "--allow-lossy", "--baseurl", f"skiff={url}")
    root = empty_root(distribution, tmp_path / "root")
    dnf(root, [*words, STUB])
    check_root(root, result, made[-1])
    assert sum(package["origin"] == "downstream" for package in manifest(result)) == len(made) - 1

    files = ostree_commit(root, tmp_path / "ostree")
    assert set(root.files()) <= set(files)
    check_short_request(
        distribution, tmp_path, {nevra_of(one) for one in manifest(result) if one["origin"] != "stub"}
    )


def check_short_request(distribution: Distribution, scratch: Path, before: set[str]) -> None:
    """With the packages made, the question has the same answer without a stub, and few words give it."""
    problem = distribution.problem("demo.yaml", scratch, {"skiff": "skiff-rebuilt"}, name="made")
    result = solve(problem)
    assert {nevra_of(package) for package in manifest(result)} == before | {f"{STUB}-1-1.noarch"}

    steering = ("--steering", "--problem", problem, "--time-limit", "5")
    words = arguments(result, "--allow-lossy", *steering)
    assert len(words[words.index("install") + 1 :]) < len(before) / 2
    root = empty_root(distribution, scratch / "short")
    dnf(root, words)
    check_root(root, result)


def rebuilt(result: Path) -> list[Rpm]:
    """Return an answer's downstream packages to be built with the requirements that its Instance gives them.

    Where the Instance leaves a name to the table of equivalents, what stands for it upstream takes its place.
    """
    instance = read_instance(result / "problem.instance")
    table = {row.name: row for row in load_problem(DEMO / "demo.yaml").equivalents}
    recipes = recipes_by_nevra("skiff")
    wanted = [nevra_of(package) for package in manifest(result) if package["origin"] == "downstream"]
    return [recipe_rpm(recipes[nevra], _requirements(instance, nevra, table)) for nevra in wanted]


def _requirements(instance: Instance, nevra: str, table: dict[str, Equivalent]) -> list[str]:
    index = next(i for i, package in enumerate(instance.packages) if package.nevra == nevra)
    texts = [one.text for one in instance.requirements if one.package == index and one.kind in _HARD]
    return [str(_upstream(parse_dependency(text), table)) for text in texts]


def _upstream(dependency: Dependency, table: dict[str, Equivalent]) -> Dependency:
    if isinstance(dependency, Rich):
        return Rich(dependency.operator, tuple(_upstream(part, table) for part in dependency.operands))
    row = table.get(dependency.name)
    if row is None or not row.upstream:
        return dependency
    return row.upstream[0] if len(row.upstream) == 1 else Rich(RichOperator.AND, row.upstream)

"""The recipes rebuild to the committed bytes, wrong recipes are named, and the world has what it must have."""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from optimizer.problem.dependency import Dependency, Rich, RichOperator, parse_dependency
from tests.demo.recipes import DEMO, load_builder, read_recipes

RELATIONS = ("requires", "requires_pre", "recommends", "supplements", "conflicts", "obsoletes", "provides")


def dependencies(*keys: str) -> list[Dependency]:
    """Every dependency of both repositories under the given keys."""
    recipes = (*read_recipes("harbour"), *read_recipes("skiff"))
    return [parse_dependency(text) for recipe in recipes for key in keys for text in recipe.relations(key)]


def rich(dependency: Dependency) -> list[Rich]:
    """A dependency's rich parts, itself included."""
    if not isinstance(dependency, Rich):
        return []
    return [dependency, *(part for operand in dependency.operands for part in rich(operand))]


def test_recipes_rebuild_to_the_committed_bytes(tmp_path: Path) -> None:
    load_builder().main(tmp_path)
    built = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    repositories = DEMO / "repositories"
    assert built == {path.relative_to(repositories): path.read_bytes() for path in repositories.rglob("*.*")}


@pytest.mark.parametrize(("repository", "packages", "sources"), [("harbour", 168, 110), ("skiff", 43, 34)])
def test_counts(repository: str, packages: int, sources: int) -> None:
    recipes = read_recipes(repository)
    assert (len(recipes), len({recipe.source["name"] for recipe in recipes})) == (packages, sources)
    nevras = Counter((recipe.name, recipe.evr, recipe.arch) for recipe in recipes)
    assert nevras.most_common(1)[0][1] == 1


def test_every_dependency_is_rpm_syntax_and_every_operator_occurs() -> None:
    parts = [part for dependency in dependencies(*RELATIONS) for part in rich(dependency)]
    assert {part.operator for part in parts} == set(RichOperator)
    assert {part.operator for part in parts if len(part.operands) == 3} >= {RichOperator.IF, RichOperator.UNLESS}
    assert any(isinstance(operand, Rich) for part in parts for operand in part.operands), "none is nested"


@pytest.mark.tool("rpmspec")
def test_rpm_itself_takes_every_dependency(tmp_path: Path) -> None:
    """RPM refuses bad versions, and operators where they make no sense, such as `unless` in a requirement."""
    tags = {"requires_pre": "Requires(pre)"} | {key: key.title() for key in RELATIONS if key != "requires_pre"}
    lines = [
        f"{tags[key]}: {text}"
        for recipe in (*read_recipes("harbour"), *read_recipes("skiff"))
        for key in RELATIONS
        for text in recipe.relations(key)
        if not text.startswith("rpmlib(")  # rpmbuild's own to write
    ]
    head = ["Name: demo", "Version: 1", "Release: 1", "Summary: S", "License: MIT", "BuildArch: noarch"]
    specification = tmp_path / "demo.spec"
    specification.write_text("\n".join([*head, *lines, "%description", "S", "%files", ""]), encoding="utf-8")
    done = subprocess.run(["rpmspec", "-q", specification], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_unknown_sizes_are_few_and_downstream() -> None:
    unknown = {
        (repository, recipe.name)
        for repository in ("harbour", "skiff")
        for recipe in read_recipes(repository)
        if "size" not in recipe.fields
    }
    assert unknown == {("skiff", "keel-examples"), ("skiff", "keepalived")}


def test_a_time_zone_is_in_filelists_alone() -> None:
    repodata = DEMO / "repositories" / "harbour" / "repodata"
    paths = {
        name: {element.text for element in ElementTree.parse(repodata / name).iter() if element.tag.endswith("}file")}
        for name in ("primary.xml", "filelists.xml")
    }
    assert "/usr/sbin/sshd" in paths["primary.xml"]
    assert paths["filelists.xml"] - paths["primary.xml"] >= {"/usr/share/zoneinfo/UTC"}


def test_primary_says_what_the_recipe_says() -> None:
    """One package read back field by field: the order of lists, pre, epochs and sizes as the recipe has them."""
    common = "{http://linux.duke.edu/metadata/common}"
    rpm = "{http://linux.duke.edu/metadata/rpm}"
    primary = ElementTree.parse(DEMO / "repositories" / "harbour" / "repodata" / "primary.xml")
    (package,) = (node for node in primary.iter(f"{common}package") if node.findtext(f"{common}name") == "chrony")
    (clients,) = (node for node in primary.iter(f"{common}package") if node.findtext(f"{common}name") == "tcpdump")
    size = package.find(f"{common}size")
    version = clients.find(f"{common}version")
    assert size is not None
    assert version is not None
    assert (size.get("installed"), size.get("package")) == (str(680 * 1024), str(340 * 1024))
    assert version.attrib == {"epoch": "14", "ver": "4.99.4", "rel": "6.hb9"}
    entries = [(node.get("name"), node.get("pre")) for node in package.findall(f".//{rpm}requires/{rpm}entry")]
    assert entries == [("shadow-utils", "1"), ("libcap.so.2()(64bit)", None), ("/usr/share/zoneinfo/UTC", None)]
    provides = [node.attrib for node in clients.findall(f".//{rpm}provides/{rpm}entry")]
    assert provides == [
        {"name": name, "flags": "EQ", "epoch": "14", "ver": "4.99.4", "rel": "6.hb9"}
        for name in ("tcpdump", "tcpdump(x86-64)")
    ]


GOOD = {"name": "a", "version": "1", "release": "1", "license": "MIT", "packages": {"a": {"summary": "A"}}}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"licence": "MIT"}, "wrong.yaml: a: unknown keys licence"),
        ({"version": None}, "wrong.yaml: a: missing keys version"),
        ({"packages": {"b": {"summary": "B", "require": "[x]"}}}, "wrong.yaml: b: unknown keys require"),
        ({"packages": {"b": {"size": "[1 MiB, 1 MiB]"}}}, "wrong.yaml: b: missing keys summary"),
    ],
)
def test_a_wrong_recipe_is_named(tmp_path: Path, change: dict[str, Any], named: str) -> None:
    builder = load_builder()
    source = {key: value for key, value in (GOOD | change).items() if value is not None}
    (tmp_path / "wrong.yaml").write_text(builder.yaml.safe_dump({"sources": [source]}), encoding="utf-8")
    with pytest.raises(builder.RecipeError) as caught:
        builder.read_recipes(tmp_path)
    assert str(caught.value) == named


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("a", ("a", None, None, None, None, False)),
        ("a >= 2:1.0~rc1", ("a", "GE", "2", "1.0~rc1", None, False)),
        ("a = 1.0^1-3.hb9", ("a", "EQ", "0", "1.0^1", "3.hb9", False)),
        ("(a >= 1 or b)", ("(a >= 1 or b)", None, None, None, None, False)),
    ],
)
def test_relations(text: str, entry: tuple[object, ...]) -> None:
    assert load_builder().parse_relation(text) == entry


@pytest.mark.parametrize(("text", "size"), [("1 KiB", 1024), ("1.5 MiB", 1_572_864), ("0.1 MiB", 104_857)])
def test_sizes(text: str, size: int) -> None:
    assert load_builder().parse_size(text) == size

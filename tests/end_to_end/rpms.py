"""Recipes of the demo as real RPMs: rpmbuild, one spec file a source and architecture, payloads of the recipe's size.

A package has the files its recipe names and one more that fills it up to the recipe's installed size divided by
SCALE, so that sizes mean what they mean in the demo and 600 MiB of packages are built in seconds.
"""

from __future__ import annotations

import subprocess
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.demo.recipes import load_builder, nevra, read_recipes

SCALE = 1024
_RELATIONS = ("requires", "provides", "conflicts", "obsoletes", "recommends", "supplements")
_HEAD = """\
%global __os_install_post %{{nil}}
%global debug_package %{{nil}}
%global _build_id_links none
%global _binary_payload w1.gzdio
%global _buildhost demo
Name: {name}
Version: {version}
Release: {release}
{epoch}Summary: {name}
License: {license}
"""


@dataclass(frozen=True)
class Rpm:
    """One package to build: a name, its directives, and its files with their content."""

    source: Mapping[str, str]
    name: str
    arch: str
    summary: str
    relations: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, int], ...]

    @property
    def size(self) -> int:
        """Bytes of all files: what rpm counts as the installed size."""
        return sum(size for _, size in self.files)


def recipe_rpm(recipe: Any, requires: Iterable[str] | None = None) -> Rpm:
    """Return a recipe as a package to build, with other requirements where given."""
    relations = [("Requires(pre)", text) for text in recipe.relations("requires_pre")] if requires is None else []
    for key in _RELATIONS:
        texts = recipe.relations(key) if key != "requires" or requires is None else requires
        relations += [(key.capitalize(), text) for text in texts]
    return Rpm(
        source=recipe.source,
        name=recipe.name,
        arch=recipe.arch,
        summary=recipe.fields["summary"],
        relations=tuple(relations),
        files=tuple(_files(recipe)),
    )


def stub_rpm(capability: str) -> Rpm:
    """Return the least package that stands in for what nobody has packaged yet."""
    source = {"name": capability, "version": "1", "release": "1", "license": "MIT"}
    return Rpm(source, capability, "noarch", f"What {capability} will be", (), ((f"/usr/bin/{capability}", 100),))


def demo_rpms(repository: str) -> list[Rpm]:
    """Return every package of one of the demo's repositories."""
    return [recipe_rpm(recipe) for recipe in read_recipes(repository)]


def recipes_by_nevra(repository: str) -> dict[str, Any]:
    """Return the recipes of one of the demo's repositories by NEVRA."""
    return {nevra(recipe): recipe for recipe in read_recipes(repository)}


def scaled(size: str) -> int:
    """Return the bytes a recipe's size comes to here."""
    parsed: int = load_builder().parse_size(size)
    return max(1, parsed // SCALE)


def build(rpms: Sequence[Rpm], target: Path, work: Path) -> None:
    """Build packages into `target`, two rpmbuilds at a time."""
    groups: dict[tuple[str, ...], list[Rpm]] = defaultdict(list)
    for rpm in rpms:
        source = rpm.source
        groups[source["name"], source.get("epoch", ""), source["version"], source["release"], rpm.arch].append(rpm)
    target.mkdir(parents=True, exist_ok=True)
    numbered = enumerate(sorted(groups))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda one: _rpmbuild(groups[one[1]], target, work / str(one[0])), numbered))


def _rpmbuild(rpms: list[Rpm], target: Path, work: Path) -> None:
    work.mkdir(parents=True)
    spec = work / "demo.spec"
    spec.write_text(_spec(rpms, work), encoding="utf-8")
    command = ["rpmbuild", "-bb", "--quiet", "--target", rpms[0].arch]
    command += ["--define", f"_topdir {work}", "--define", f"_rpmdir {target}", str(spec)]
    environment = {"HOME": str(work), "PATH": "/usr/bin:/bin", "LC_ALL": "C", "SOURCE_DATE_EPOCH": "1714521600"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, f"{spec.read_text(encoding='utf-8')}\n{done.stdout}\n{done.stderr}"


def _spec(rpms: list[Rpm], work: Path) -> str:
    source = rpms[0].source
    epoch = f"Epoch: {source['epoch']}\n" if "epoch" in source else ""
    parts = [_HEAD.format(**{**source, "epoch": epoch})]
    install, files = ["%install\n"], []
    own = [rpm for rpm in rpms if rpm.name == source["name"]]
    for rpm in own:
        parts.append(_directives(rpm))
    parts.append(f"%description\n{source['name']}\n")
    for rpm in rpms:
        if rpm not in own:
            parts.append(f"%package -n {rpm.name}\nSummary: {rpm.summary}\n{_directives(rpm)}")
            parts.append(f"%description -n {rpm.name}\n{rpm.summary}\n")
        files.append(f"%files{'' if rpm in own else f' -n {rpm.name}'}\n")
        for path, size in rpm.files:
            content = work / f"{rpm.name}-{len(install)}"
            content.write_bytes((f"{rpm.name} {path}\n".encode() * (size // 8 + 1))[:size])
            mode = "755" if "bin/" in path else "644"
            install.append(f"install -D -m{mode} {content} %{{buildroot}}{path}\n")
            files.append(f"{path}\n")
    return "".join((*parts, *install, *files))


def _directives(rpm: Rpm) -> str:
    return "AutoReqProv: no\n" + "".join(f"{tag}: {text}\n" for tag, text in rpm.relations)


def _files(recipe: Any) -> list[tuple[str, int]]:
    total = scaled(recipe.fields["size"][0]) if "size" in recipe.fields else 100
    named = list(recipe.fields.get("files", ()))
    files = [(path, min(8, total // (len(named) + 1))) for path in named]
    rest = total - sum(size for _, size in files)
    return [*files, (f"/usr/share/demo/{recipe.name}.{recipe.arch}", rest)]

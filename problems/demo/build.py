"""Builds the demo's two rpm-md repositories from its recipes: `python problems/demo/build.py [DIRECTORY]`.

The bytes depend on the recipes alone: times are fixed, and the metadata is not compressed, so that no version of a
compressor shows and a changed recipe is a readable change of the metadata. There are no packages behind it.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path, PurePosixPath
from string import Template
from typing import Any, NamedTuple

import createrepo_c
import yaml

DEMO = Path(__file__).resolve().parent
REPOSITORIES = ("harbour", "skiff")
TIME = 1_714_521_600  # 2024-05-01, the day both distributions were made

Entry = tuple[str, str | None, str | None, str | None, str | None, bool]

_SOURCE_KEYS = {"name", "epoch", "version", "release", "license", "packages"}
_RELATIONS = ("provides", "conflicts", "obsoletes", "recommends", "supplements")
_PACKAGE_KEYS = {"summary", "size", "requires", "requires_pre", "files", *_RELATIONS}
_COLOURS = {"x86_64": "(x86-64)", "i686": "(x86-32)", "noarch": ""}
_UNITS = {"KiB": 2**10, "MiB": 2**20}
_FLAGS = {"<": "LT", "<=": "LE", "=": "EQ", ">=": "GE", ">": "GT"}
_BOUND = re.compile(r"(?P<name>\S+) (?P<flag><=|>=|<|=|>) (?P<evr>\S+)")
_EVR = re.compile(r"(?:(?P<epoch>\d+):)?(?P<version>[^-]+)(?:-(?P<release>[^-]+))?")


class RecipeError(ValueError):
    """A recipe that cannot be built: the file, the source or package in it, and what is wrong."""

    def __init__(self, file: str, name: str, wrong: str) -> None:
        super().__init__(file, name, wrong)
        self.file, self.name, self.wrong = file, name, wrong

    def __str__(self) -> str:
        return f"{self.file}: {self.name}: {self.wrong}"


class Recipe(NamedTuple):
    """One binary package as its recipe has it; `fields` are texts and lists of texts."""

    file: str
    source: dict[str, Any]
    name: str
    arch: str
    fields: dict[str, Any]

    @property
    def evr(self) -> str:
        """`epoch:version-release`, the epoch left out where the source has none."""
        prefix = f"{self.source['epoch']}:" if "epoch" in self.source else ""
        return f"{prefix}{self.source['version']}-{self.source['release']}"

    def relations(self, key: str) -> list[str]:
        """The dependencies under a key, `$evr` replaced by this package's own version."""
        return [Template(text).substitute(evr=self.evr) for text in self.fields.get(key, ())]


def read_recipes(directory: Path) -> list[Recipe]:
    """Return a repository's recipes in the order of name, arch and file. Raises RecipeError, yaml.YAMLError."""
    recipes = [recipe for file in sorted(directory.glob("*.yaml")) for recipe in _read_file(file)]
    return sorted(recipes, key=lambda recipe: (recipe.name, recipe.arch))


def _read_file(file: Path) -> Iterator[Recipe]:
    if file.name == "modules.yaml":
        return
    # Every scalar stays the text that was written: 6.10 is a version, no number.
    for source in yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)["sources"]:  # noqa: S506
        _check_keys(file.name, source.get("name", "?"), source, _SOURCE_KEYS, {"epoch"})
        for key, fields in source["packages"].items():
            name, _, arch = key.rpartition(".")
            if arch not in _COLOURS:
                name, arch = key, "x86_64"
            recipe = Recipe(file.name, source, name, arch, fields)
            _check_keys(file.name, name, fields, _PACKAGE_KEYS, _PACKAGE_KEYS - {"summary"})
            yield recipe


def _check_keys(file: str, name: str, mapping: dict[str, Any], known: set[str], optional: set[str]) -> None:
    for kind, keys in (("unknown", mapping.keys() - known), ("missing", known - optional - mapping.keys())):
        if keys:
            raise RecipeError(file, name, f"{kind} keys {', '.join(sorted(keys))}")


def parse_relation(text: str, *, pre: bool = False) -> Entry:
    """Return a dependency as createrepo_c takes it: name, flag, epoch, version, release, pre; rich ones as a name."""
    bound = _BOUND.fullmatch(text)
    if bound is None or text.startswith("("):
        return (text, None, None, None, None, pre)
    evr = _EVR.fullmatch(bound["evr"])
    if evr is None:
        raise ValueError(text)
    return (bound["name"], _FLAGS[bound["flag"]], evr["epoch"] or "0", evr["version"], evr["release"], pre)


def parse_size(text: str) -> int:
    """Return the bytes of `720 KiB` or `1.5 MiB`."""
    number, unit = text.split()
    return int(Fraction(number) * _UNITS[unit])


def build_package(recipe: Recipe) -> Any:
    """Return the createrepo_c package of a recipe; sizes that the recipe does not give are 0, unknown."""
    package = createrepo_c.Package()
    source = recipe.source
    package.name, package.arch = recipe.name, recipe.arch
    package.epoch, package.version, package.release = source.get("epoch", "0"), source["version"], source["release"]
    package.summary = package.description = recipe.fields["summary"]
    package.rpm_license = source["license"]
    package.rpm_sourcerpm = f"{source['name']}-{source['version']}-{source['release']}.src.rpm"
    package.time_file = package.time_build = TIME
    if "size" in recipe.fields:
        package.size_installed, package.size_package = map(parse_size, recipe.fields["size"])
    # createrepo_c writes its lists backwards.
    package.requires = _requires(recipe)[::-1]
    for key in _RELATIONS:
        setattr(package, key, [parse_relation(text) for text in _implied(recipe, key) + recipe.relations(key)][::-1])
    package.files = [_file(path) for path in recipe.fields.get("files", ())][::-1]
    nevra = f"{recipe.name}-{recipe.evr}.{recipe.arch}"
    package.location_href = f"packages/{recipe.name[0].lower()}/{nevra.replace(':', '_')}.rpm"
    package.checksum_type = "sha256"
    package.pkgId = hashlib.sha256(f"{nevra} {sorted(recipe.fields.items())}".encode()).hexdigest()
    return package


def _requires(recipe: Recipe) -> list[Entry]:
    pre = [parse_relation(text, pre=True) for text in recipe.relations("requires_pre")]
    return pre + [parse_relation(text) for text in recipe.relations("requires")]


def _implied(recipe: Recipe, key: str) -> list[str]:
    """What rpmbuild adds by itself: every package provides its name, with the colour too where it has one."""
    if key != "provides":
        return []
    names = dict.fromkeys((recipe.name, recipe.name + _COLOURS[recipe.arch]))
    return [f"{name} = {recipe.evr}" for name in names]


def _file(path: str) -> tuple[str, str, str]:
    pure = PurePosixPath(path)
    return ("", f"{pure.parent}/", pure.name)


def build_repository(recipes: Path, target: Path) -> int:
    """Write `target/repodata` afresh from a directory of recipes; return the number of packages."""
    repodata = target / "repodata"
    shutil.rmtree(repodata, ignore_errors=True)
    repodata.mkdir(parents=True)
    packages = [build_package(recipe) for recipe in read_recipes(recipes)]
    for kind, writer in (("primary", createrepo_c.PrimaryXmlFile), ("filelists", createrepo_c.FilelistsXmlFile)):
        document = writer(str(repodata / f"{kind}.xml"), createrepo_c.NO_COMPRESSION)
        document.set_num_of_pkgs(len(packages))
        for package in packages:
            document.add_pkg(package)
        document.close()
    for extra in ("comps.xml", "modules.yaml"):
        if (recipes / extra).exists():
            shutil.copyfile(recipes / extra, repodata / extra)
    _write_repomd(repodata)
    return len(packages)


def _write_repomd(repodata: Path) -> None:
    repomd = createrepo_c.Repomd()
    repomd.set_revision(str(TIME))
    parts = {"primary": "primary.xml", "filelists": "filelists.xml", "group": "comps.xml", "modules": "modules.yaml"}
    for kind, name in parts.items():
        if (repodata / name).exists():
            record = createrepo_c.RepomdRecord(kind, str(repodata / name))
            record.fill(createrepo_c.SHA256)
            record.timestamp = TIME
            repomd.set_record(record)
    (repodata / "repomd.xml").write_text(repomd.xml_dump(), encoding="utf-8")


def main(target: Path) -> None:
    """Build every repository under `target` and say how many packages each has."""
    for name in REPOSITORIES:
        count = build_repository(DEMO / "recipes" / name, target / name)
        sys.stderr.write(f"{name}: {count} packages\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DEMO / "repositories")

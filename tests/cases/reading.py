"""Case folders read and made runnable: the repositories written as rpm-md beside a copy of the problem.

A folder holds `repositories.yaml` (packages by repository id), `problem.yaml`, `expected.yaml`, and whatever files
the problem names. `ID.comps.xml` and `ID.modules.yaml` go into the repository of that id.

A package's keys: name, version (`[EPOCH:]VERSION-RELEASE`, 1-1 where absent), arch (x86_64), source (its name), size
(installed and to download, in bytes, 1; `unknown`), download (its size), files, and the lists of dependencies.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import createrepo_c
import yaml

from optimizer.problem.dependency import Capability, parse_dependency
from optimizer.problem.problem import Origin
from tests.oracle.repositories import write_repositories
from tests.oracle.version import parse_evr
from tests.oracle.world import OraclePackage, World

CASES = tuple(sorted(path.parent for path in Path(__file__).parent.glob("*/problem.yaml")))

_DEPENDENCIES = ("provides", "requires", "prerequires", "conflicts", "obsoletes", "recommends", "supplements")
_KEYS = {"name", "version", "arch", "source", "size", "download", "files", *_DEPENDENCIES}
_PARTS = {"comps.xml": "group", "modules.yaml": "modules"}


def read_world(file: Path) -> World:
    """Return the world a `repositories.yaml` describes; origins, which only the problem knows, are left upstream."""
    # Every scalar stays the text that was written: 1.10 is a version, no number.
    tables = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    packages = [_package(identifier, fields) for identifier, held in tables.items() for fields in held]
    return World(tuple((identifier, Origin.UPSTREAM) for identifier in tables), tuple(packages))


def _package(repository: str, fields: dict[str, Any]) -> OraclePackage:
    assert fields.keys() <= _KEYS, fields
    evr = parse_evr(fields.get("version", "1-1"))
    assert evr.release is not None, fields
    dependencies = {
        key: tuple(parse_dependency(text) for text in fields[key]) for key in _DEPENDENCIES if key in fields
    }
    simple = [one for key in ("provides", "obsoletes") for one in dependencies.get(key, ())]
    assert all(isinstance(one, Capability) for one in simple), fields
    size = _size(fields.get("size", "1"))
    download = _size(fields["download"]) if "download" in fields else None if size is None else max(size, 1)
    kept: dict[str, Any] = dependencies
    return OraclePackage(
        name=fields["name"],
        epoch=evr.epoch,
        version=evr.version,
        release=evr.release,
        arch=fields.get("arch", "x86_64"),
        repository=repository,
        source=fields.get("source", fields["name"]),
        installed_bytes=size,
        download_bytes=download,
        files=tuple(fields.get("files", ())),
        **kept,
    )


def _size(text: str) -> int | None:
    return None if text == "unknown" else int(text)


def make_runnable(case: Path, target: Path, *, backwards: bool = False) -> Path:
    """Write a case's repositories beside a copy of its files; return the copied problem file.

    `backwards` writes every repository's packages in the opposite order.
    """
    world = read_world(case / "repositories.yaml")
    if backwards:
        world = World(world.repositories, world.packages[::-1])
    written = write_repositories(world, target)
    for file in sorted(case.iterdir()):
        identifier, _, part = file.name.partition(".")
        if part in _PARTS and identifier in written:
            _add_part(written[identifier] / "repodata", file, part)
        elif file.name not in ("repositories.yaml", "expected.yaml"):
            shutil.copyfile(file, target / file.name)
    return target / "problem.yaml"


def _add_part(repodata: Path, file: Path, part: str) -> None:
    shutil.copyfile(file, repodata / part)
    repomd = createrepo_c.Repomd(str(repodata / "repomd.xml"))
    record = createrepo_c.RepomdRecord(_PARTS[part], str(repodata / part))
    record.fill(createrepo_c.SHA256)
    repomd.set_record(record)
    (repodata / "repomd.xml").write_text(repomd.xml_dump(), encoding="utf-8")

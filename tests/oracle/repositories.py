"""A world written down as rpm-md, and a question as problem.yaml, so that the product can be run on both."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import yaml

from optimizer.problem.dependency import Capability, Comparison, Dependency
from optimizer.problem.problem import ObjectiveKind
from tests.oracle.version import parse_evr
from tests.oracle.world import Bounds, NamePin, OraclePackage, Question, World

_FLAGS = {
    Comparison.LT: "LT",
    Comparison.LE: "LE",
    Comparison.EQ: "EQ",
    Comparison.GE: "GE",
    Comparison.GT: "GT",
}
# What primary.xml lists of a package's files (createrepo_c); the rest only filelists.xml has.
_PRIMARY_FILE = re.compile(r"^/etc/|bin/|^/usr/lib/sendmail$")
_COMMON = "http://linux.duke.edu/metadata/common"
_FILELISTS = "http://linux.duke.edu/metadata/filelists"
_REPO = "http://linux.duke.edu/metadata/repo"
_RPM = "http://linux.duke.edu/metadata/rpm"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def write_repositories(world: World, directory: Path) -> dict[str, Path]:
    """Write `directory/<id>/repodata` for each repository; return the directories by id."""
    written = {}
    for identifier, _ in world.repositories:
        packages = [one for one in world.packages if one.repository == identifier]
        written[identifier] = directory / identifier
        _write_repository(packages, directory / identifier / "repodata")
    return written


def write_problem(world: World, question: Question, directory: Path) -> Path:
    """Write the repositories and `problem.yaml` beside them (DESIGN section 6); return the problem file."""
    directory.mkdir(parents=True, exist_ok=True)
    write_repositories(world, directory)
    document: dict[str, Any] = {
        "format": 1,
        "name": "oracle",
        "arch": "x86_64",
        "repositories": [
            {"id": identifier, "origin": origin.value, "baseurl": identifier}
            for identifier, origin in world.repositories
        ],
        "features": _features(question),
        "policy": _policy(question),
        "objectives": [_objective(kind, question) for kind in question.objectives],
    }
    optional = {
        "equivalents": {name: [str(one) for one in upstream] or None for name, upstream in question.equivalents},
        "limits": _limits(question.bounds),
        "pins": [_pin(pin) for pin in question.pins],
        "lock": _manifest(question.lock, directory / "lock.json") if question.lock else None,
        "previous": _manifest(question.previous, directory / "previous.json") if _counts_changes(question) else None,
    }
    document |= {key: value for key, value in optional.items() if value}
    path = directory / "problem.yaml"
    path.write_text(yaml.safe_dump(document, sort_keys=False))
    return path


def _features(question: Question) -> dict[str, Any]:
    wishes = {
        "required": [
            {"require": str(wish.require)} | ({} if wish.group is None else {"group": wish.group})
            for wish in question.features
            if wish.required
        ],
        "optional": [
            {"require": str(wish.require), "value": wish.value}
            | ({} if wish.group is None else {"group": wish.group})
            for wish in question.features
            if not wish.required
        ],
        "forbidden": [str(dependency) for dependency in question.forbidden],
    }
    return {key: value for key, value in wishes.items() if value}


def _policy(question: Question) -> dict[str, Any]:
    rules = question.rules
    return {
        "candidates": rules.candidates.value,
        "downstream": rules.downstream.value,
        "missing": rules.missing.value,
        "weak_dependencies": rules.weak_dependencies.value,
        "unknown_size": rules.unknown_bytes or "zero",
        "multilib": rules.multilib,
        "install_only": list(rules.install_only),
    }


def _objective(kind: ObjectiveKind, question: Question) -> Any:
    if kind is ObjectiveKind.DIVERGENCE and question.weights:
        return {"divergence": {"weights": dict(question.weights)}}
    return kind.value


def _counts_changes(question: Question) -> bool:
    return bool(question.previous) or ObjectiveKind.CHANGES in question.objectives


def _limits(bounds: Bounds) -> dict[str, Any]:
    groups = {
        group: {key: value for key, value in (("min", least), ("max", most)) if value is not None}
        for group, least, most in bounds.groups
    }
    limits = {
        "installed_size": bounds.installed_bytes,
        "download_size": bounds.download_bytes,
        "packages": bounds.packages,
        "downstream_sources": bounds.downstream_sources,
        "feature_groups": groups or None,
    }
    return {key: value for key, value in limits.items() if value is not None}


def _pin(pin: NamePin) -> Any:
    if pin.origin is None and pin.repository is None:
        return str(pin.relation)
    shape: dict[str, Any] = {"name": pin.name}
    if pin.relation is not None:
        shape["version"] = str(pin.relation).partition(" ")[2]
    if pin.origin is not None:
        shape["origin"] = pin.origin.value
    if pin.repository is not None:
        shape["repository"] = pin.repository
    return shape


def _manifest(packages: tuple[OraclePackage, ...], path: Path) -> str:
    rows = [
        {"name": one.name, "epoch": one.epoch, "version": one.version, "release": one.release, "arch": one.arch}
        for one in packages
    ]
    path.write_text(json.dumps({"format": 1, "packages": rows}))
    return path.name


def _write_repository(packages: list[OraclePackage], repodata: Path) -> None:
    repodata.mkdir(parents=True, exist_ok=True)
    parts = {
        "primary": _document(f'metadata xmlns="{_COMMON}" xmlns:rpm="{_RPM}"', packages, _primary),
        "filelists": _document(f'filelists xmlns="{_FILELISTS}"', packages, _filelists),
    }
    entries = []
    for kind, text in parts.items():
        content = text.encode()
        (repodata / f"{kind}.xml").write_bytes(content)
        checksum = f'<checksum type="sha256">{hashlib.sha256(content).hexdigest()}</checksum>'
        entries.append(
            f'<data type="{kind}">{checksum}<location href="repodata/{kind}.xml"/>'
            f"<timestamp>1</timestamp><size>{len(content)}</size></data>"
        )
    head = f'{_HEAD}<repomd xmlns="{_REPO}" xmlns:rpm="{_RPM}"><revision>1</revision>'
    (repodata / "repomd.xml").write_text(head + "".join(entries) + "</repomd>\n")


def _document(root: str, packages: list[OraclePackage], entry: Any) -> str:
    body = "".join(map(entry, packages))
    return f'{_HEAD}<{root} packages="{len(packages)}">\n{body}</{root.partition(" ")[0]}>\n'


def _version(package: OraclePackage) -> str:
    return f'<version epoch="{package.epoch}" ver={quoteattr(package.version)} rel={quoteattr(package.release)}/>'


def _pkgid(package: OraclePackage) -> str:
    return hashlib.sha256(f"{package.repository}/{package.nevra}".encode()).hexdigest()


def _primary(package: OraclePackage) -> str:
    tags = {
        "provides": (package.all_provides[0], *package.provides),
        "conflicts": package.conflicts,
        "obsoletes": package.obsoletes,
        "recommends": package.recommends,
        "supplements": package.supplements,
    }
    requires = [_entry(one, "") for one in package.requires] + [
        _entry(one, ' pre="1"') for one in package.prerequires
    ]
    lists = [f"<rpm:requires>{''.join(requires)}</rpm:requires>"] if requires else []
    lists += [
        f"<rpm:{tag}>{''.join(_entry(one, '') for one in held)}</rpm:{tag}>" for tag, held in tags.items() if held
    ]
    files = "".join(f"<file>{escape(path)}</file>" for path in package.files if _PRIMARY_FILE.search(path))
    location = f"{package.name}-{package.version}-{package.release}.{package.arch}.rpm"
    return (
        f'<package type="rpm"><name>{escape(package.name)}</name><arch>{package.arch}</arch>{_version(package)}'
        f'<checksum type="sha256" pkgid="YES">{_pkgid(package)}</checksum><summary>s</summary>'
        f'<size package="{package.download_bytes or 0}" installed="{package.installed_bytes or 0}" archive="0"/>'
        f"<location href={quoteattr(location)}/><format><rpm:license>MIT</rpm:license>"
        f"<rpm:sourcerpm>{escape(str(package.source))}-1-1.src.rpm</rpm:sourcerpm>"
        f"{''.join(lists)}{files}</format></package>\n"
    )


def _entry(dependency: Dependency, more: str) -> str:
    if not isinstance(dependency, Capability) or dependency.comparison is None:
        return f"<rpm:entry name={quoteattr(str(dependency))}{more}/>"
    assert dependency.evr is not None
    evr = parse_evr(dependency.evr)
    release = "" if evr.release is None else f" rel={quoteattr(evr.release)}"
    return (
        f'<rpm:entry name={quoteattr(dependency.name)} flags="{_FLAGS[dependency.comparison]}" epoch="{evr.epoch}"'
        f" ver={quoteattr(evr.version)}{release}{more}/>"
    )


def _filelists(package: OraclePackage) -> str:
    files = "".join(f"<file>{escape(path)}</file>" for path in package.files)
    return (
        f'<package pkgid="{_pkgid(package)}" name={quoteattr(package.name)} arch="{package.arch}">'
        f"{_version(package)}{files}</package>\n"
    )

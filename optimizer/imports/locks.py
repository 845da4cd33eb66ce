"""Package lists of resolvers: lock files that name every package, and transactions."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.answer.listing import ListedPackage
from optimizer.imports.columns import known_arch
from optimizer.imports.nevra import ARCHITECTURES, is_evr, is_package_name, parse_nevra, tidy_evr
from optimizer.imports.objects import Entries
from optimizer.imports.source import Source
from optimizer.imports.tree import read_json, read_yaml
from optimizer.problem.document import KeyPath, Tree


def read_ostree_lock(source: Source) -> list[ListedPackage]:
    """Return the packages of rpm-ostree's lockfile: by name, each with an `evr` or an `evra`.

    Raises BadImportError.
    """
    entries = Entries(source, read_json(source))
    value = entries.document.value
    packages = value.get("packages") if isinstance(value, dict) else None
    if not isinstance(packages, dict):
        raise entries.bad(("packages",), "packages by name", packages)
    return [_locked(entries, name, item) for name, item in packages.items()]


def _locked(entries: Entries, name: str, item: Tree) -> ListedPackage:
    path: KeyPath = ("packages", name)
    if not is_package_name(name) or not isinstance(item, dict):
        raise entries.bad(path, "a package name with its evr or evra", name if isinstance(item, dict) else item)
    evr, evra = item.get("evr"), item.get("evra")
    if isinstance(evra, str) and evr is None:
        package = parse_nevra(f"{name}-{evra}")
        if package is None or package.name != name:
            raise entries.bad(path, "[EPOCH:]VERSION-RELEASE.ARCH as evra", evra)
        return ListedPackage(name=name, evr=package.evr, arch=package.arch, source=_locked_source(item))
    if not isinstance(evr, str) or evra is not None or not is_evr(evr):
        raise entries.bad(path, "one of evr and evra", evr if evra is None else evra)
    return ListedPackage(name=name, evr=tidy_evr(evr), source=_locked_source(item))


def _locked_source(item: dict[str, Tree]) -> str | None:
    metadata = item.get("metadata")
    source = metadata.get("sourcerpm") if isinstance(metadata, dict) else None
    return source if isinstance(source, str) else None


def read_rpm_package_manifest(source: Source) -> list[ListedPackage]:
    """Return the packages of libpkgmanifest's `packages.manifest.yaml`: lists by architecture.

    Its sizes are those of the package files. Raises BadImportError.
    """
    entries = Entries(source, read_yaml(source))
    found = []
    for arch, path, item in _by_arch(entries):
        if arch not in ARCHITECTURES:
            raise entries.bad(path, "an architecture", arch)
        found.append(_with_evr(entries, path, item, arch, "repo_id", "srpm"))
    return found


def _by_arch(entries: Entries) -> Iterator[tuple[str, KeyPath, dict[str, Tree]]]:
    value = entries.document.value
    data = value.get("data") if isinstance(value, dict) else None
    packages = data.get("packages") if isinstance(data, dict) else None
    if not isinstance(packages, dict):
        raise entries.bad(("data", "packages"), "packages by architecture", packages)
    for arch, held in packages.items():
        yield from ((arch, path, item) for path, item in _mappings(entries, ("data", "packages", arch), held))


def read_rpms_lock(source: Source) -> list[ListedPackage]:
    """Return the packages of `rpms.lock.yaml`, the architecture of each from its file's name.

    Raises BadImportError.
    """
    entries = Entries(source, read_yaml(source))
    value = entries.document.value
    found = []
    for place, held in _mappings(entries, ("arches",), value.get("arches") if isinstance(value, dict) else None):
        for path, item in _mappings(entries, (*place, "packages"), held.get("packages")):
            url = item.get("url")
            file = parse_nevra(url.rpartition("/")[2].removesuffix(".rpm")) if isinstance(url, str) else None
            if "name" not in item and file is not None:
                found.append(ListedPackage(name=file.name, evr=file.evr, arch=known_arch(file.arch)))
            else:
                arch = None if file is None else known_arch(file.arch)
                found.append(_with_evr(entries, path, item, arch, "repoid", "sourcerpm"))
    return found


def read_dnf_transaction(source: Source) -> list[ListedPackage]:
    """Return what a transaction of dnf (`dnf history store`, version 0.0) installs; raises BadImportError."""
    entries = Entries(source, read_json(source))
    value = entries.document.value
    found = []
    for path, item in _mappings(entries, ("rpms",), value.get("rpms") if isinstance(value, dict) else None):
        nevra, repository = item.get("nevra"), item.get("repo_id")
        package = parse_nevra(nevra) if isinstance(nevra, str) else None
        if package is None:
            raise entries.bad((*path, "nevra"), "NAME-[EPOCH:]VERSION-RELEASE.ARCH", nevra)
        if item.get("action") in ("Install", "Reinstall", "Upgrade", "Downgrade"):
            where = repository if isinstance(repository, str) else None
            arch = known_arch(package.arch)
            found.append(ListedPackage(name=package.name, evr=package.evr, arch=arch, repository=where))
    return found


def _mappings(entries: Entries, path: KeyPath, value: Tree) -> Iterator[tuple[KeyPath, dict[str, Tree]]]:
    if not isinstance(value, list):
        raise entries.bad(path, "a list", value)
    for index, item in enumerate(value):
        if not isinstance(item, dict):
            raise entries.bad((*path, index), "a mapping", item)
        yield (*path, index), item


def _with_evr(
    entries: Entries, path: KeyPath, item: dict[str, Tree], arch: str | None, repository: str, source: str
) -> ListedPackage:
    name, evr, where, source_name = (item.get(key) for key in ("name", "evr", repository, source))
    if not isinstance(name, str) or not is_package_name(name):
        raise entries.bad((*path, "name"), "a package name", name)
    if not isinstance(evr, str) or not is_evr(evr):
        raise entries.bad((*path, "evr"), "[EPOCH:]VERSION-RELEASE", evr)
    return ListedPackage(
        name=name,
        evr=tidy_evr(evr),
        arch=arch,
        repository=where if isinstance(where, str) else None,
        source=source_name if isinstance(source_name, str) else None,
    )

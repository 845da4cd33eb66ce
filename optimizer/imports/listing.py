"""A package list as a request: every name it has, since a list does not say which of them were asked for."""

from __future__ import annotations

from collections import Counter

from optimizer.imports.format import Format, Probe, Terms
from optimizer.imports.installed import LIST_FORMATS, list_format_of, read_listing
from optimizer.imports.nevra import Nevra
from optimizer.imports.request import At, Request
from optimizer.imports.source import Source
from optimizer.problem.arch import Arch


def list_format(name: str) -> Format:
    """Return the format of requests that a format of package lists is."""

    def recognise(probe: Probe) -> bool:
        return list_format_of(probe.source) == name

    def read(source: Source, terms: Terms) -> Request:
        return _read(source, terms, name)

    return Format(f"package list: {LIST_FORMATS[name].what}", recognise, read)


def _read(source: Source, terms: Terms, name: str) -> Request:
    listing = read_listing(source, name)
    at = At(source.path)
    arches = Counter(package.arch for package in listing.packages if package.arch in Arch.__members__.values())
    request = Request(name, source.path, arch=terms.arch or next((arch for arch, _ in arches.most_common(1)), None))
    request.weak_note = "a list holds what came with them already"
    versions = {(package.name, package.evr) for package in listing.packages if package.evr is not None}
    several = Counter(name for name, _ in versions)
    for package in listing.packages:
        once = several[package.name] == 1
        named = Nevra(package.name, package.evr or "", package.arch)
        request.want_package(named, at, pinned=terms.pins and once)
        if terms.pins and package.evr is not None and not once:
            request.lose(f"{package.name} {package.evr}", "several versions of that name; none is pinned", at)
    if versions and not terms.pins:
        request.lose("versions", "only names are asked for; --pins keeps the versions", at)
    return request

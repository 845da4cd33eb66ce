"""Every format of requests by name, in the order in which a file's content is held against them."""

from __future__ import annotations

from pathlib import Path

from optimizer.imports import (
    blueprint,
    comps,
    containerfile,
    content_resolver,
    kickstart,
    kiwi,
    mkosi,
    photon,
    rpms_in,
    treefile,
)
from optimizer.imports.error import BadImportError, UnknownImportFormatError
from optimizer.imports.format import Format, Probe, Terms
from optimizer.imports.includes import Includes
from optimizer.imports.listing import list_format
from optimizer.imports.request import Request
from optimizer.imports.source import Source, read_source

_LISTS = (
    *("rpm-package-manifest", "rpms-lock", "rpm-ostree-lockfile", "dnf-transaction", "mkosi-manifest", "manifest"),
)

#: Narrower marks first: a treefile and a Photon list are both JSON with packages.
FORMATS: dict[str, Format] = {
    "kickstart": kickstart.FORMAT,
    "rpm-ostree-treefile": treefile.FORMAT,
    "osbuild-blueprint": blueprint.FORMAT,
    "photon-installer": photon.FORMAT,
    "photon-packages": photon.LIST_FORMAT,
    "mkosi": mkosi.FORMAT,
    "kiwi": kiwi.FORMAT,
    "comps-group": comps.FORMAT,
    **content_resolver.FORMATS,
    "rpms-in": rpms_in.FORMAT,
    "containerfile": containerfile.FORMAT,
    **{name: list_format(name) for name in ("rpm-qa", "rpm-columns", "rpm-json", *_LISTS, "names")},
}
_BY_CONTENT = (
    *("kiwi", "comps-group", *content_resolver.FORMATS, "rpms-in", "kickstart", "containerfile", "mkosi"),
    *("osbuild-blueprint", "photon-installer", *_LISTS, "rpm-ostree-treefile", "photon-packages"),
    *("rpm-json", "rpm-qa", "rpm-columns", "names"),
)


def read_request(
    path: Path,
    name: str | None = None,
    *,
    within: Path | None = None,
    arch: str | None = None,
    profiles: tuple[str, ...] = (),
    pins: bool = False,
) -> Request:
    """Return what the file at `path`, standard input for `-`, asks for.

    `name` is a key of FORMATS, or None to see it from the content; `within` the directory that includes may reach,
    the file's own if None; `arch`, `profiles` and `pins` are the user's choices. Raises BadImportError,
    UnknownImportFormatError, OSError.
    """
    if name is not None and name not in FORMATS:
        raise UnknownImportFormatError(name, tuple(FORMATS))
    source = read_source(path)
    chosen = FORMATS[name or format_of(source)]
    request = chosen.read(source, Terms(Includes.of(path, within), arch, profiles, pins))
    for profile in profiles:
        if profile not in request.profiles:
            has = f"it has {', '.join(sorted(request.profiles))}" if request.profiles else "it has none"
            raise BadImportError(path, f"expected a profile {profile!r}, and {has}")
    return request


def format_of(source: Source) -> str:
    """Return the format of a file by its content; raises BadImportError where it is none that is known."""
    probe = Probe(source)
    for name in _BY_CONTENT:
        if FORMATS[name].recognise(probe):
            return name
    if {"format", "repositories", "features"} <= probe.keys or "extends" in probe.keys:
        raise BadImportError(source.path, "expected a file of another tool, found a problem file of pkgset")
    known = ", ".join(FORMATS)
    raise BadImportError(source.path, f"no format is seen in its content; say which it is with --from: {known}")

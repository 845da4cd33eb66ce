"""A list of packages that is no result of ours: what `rpm -qa`, a lock file or another tool's list says of them."""

from __future__ import annotations

import msgspec


class ListedPackage(msgspec.Struct, frozen=True, kw_only=True):
    """One package of a list; None where the list does not say.

    `evr` is `epoch:version-release`, with the epoch where the list writes one and it is not 0; `source` the name of
    the source package, or `name-version-release` of it; `installed_size` is in bytes.
    """

    name: str
    evr: str | None = None
    arch: str | None = None
    installed_size: int | None = None
    source: str | None = None
    repository: str | None = None


class PackageListing(msgspec.Struct, frozen=True, kw_only=True):
    """A package list by what it is called (a file's name, or `-`) and the format it was read as.

    `epochs` says that the format writes epochs, so that one which is not there is 0; otherwise it is unknown, as in
    plain `rpm -qa` output, and versions are compared without. `packages` are sorted by name, arch and version, each
    once.
    """

    label: str
    format: str
    packages: tuple[ListedPackage, ...]
    epochs: bool = False

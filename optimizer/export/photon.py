"""A Photon OS installer configuration: every package, the repositories, one disk image to install into.

A version is spelt `name=version`, as the installer itself tells pinned names. The installer always adds a kernel
flavour and, for EFI, `grub2-efi-image`; tdnf follows no weak dependencies. A text that begins with `$` would be
read from the environment. Unknown keys are errors, so the result it came from is not named in it. Source:
photon-os-installer's `installer.py`.
"""

from __future__ import annotations

import re
from typing import Any

from optimizer.export.exported import Exported
from optimizer.export.format import Besides, CannotHoldError, Expresses, Format, Loss
from optimizer.export.json_text import json_document
from optimizer.export.request import nevra_of
from optimizer.export.words import checked_repository, tdnf_word

_TARGET = "photon-installer"
_ARCHITECTURES = ("x86_64", "aarch64")
_FLAVOURS = ("linux", "linux-esx", "linux-aws", "linux-secure", "linux-rt")
_LOADER = "grub2-efi-image"
_MIB = 1 << 20
_UNSAFE = re.compile(r"[^a-z0-9-]+")


def write(exported: Exported) -> bytes:
    """Return the configuration; raises CannotHoldError.

    The disk is twice the installed size, at least 512 MiB: what the packages fill, and as much to run in.
    """
    arch = exported.manifest.arch
    if arch not in _ARCHITECTURES:
        raise CannotHoldError(_TARGET, "architecture", arch)
    name = _UNSAFE.sub("-", exported.manifest.problem.lower()).strip("-") or "image"
    size = max(512, -(-2 * exported.manifest.totals.installed_size // _MIB))
    document: dict[str, Any] = {
        "arch": arch,
        "hostname": name[:63].rstrip("-"),
        "disks": {"default": {"filename": f"{name}.img", "size": size}},
        "partitions": [{"mountpoint": "/", "size": 0, "filesystem": "ext4"}],
        "bootmode": "efi",
        "live": False,
        "linux_flavor": _flavour(exported) or _FLAVOURS[0],
        "repos": {
            checked_repository(_TARGET, one.id): {"name": one.id, "baseurl": one.url, "enabled": 1}
            for one in exported.repositories
        },
        "packages": words(exported),
    }
    return json_document(document)


def words(exported: Exported) -> list[str]:
    """Return the packages as the installer and tdnf read them, each once; raises CannotHoldError."""
    return list(dict.fromkeys(tdnf_word(_TARGET, wanted) for wanted in exported.request.packages))


def lost(exported: Exported) -> tuple[Loss, ...]:
    """Return the packages that the installer adds by itself, and those for which the disk has no room."""
    names = {wanted.name for wanted in exported.request.packages}
    added = tuple(name for name in (_flavour(exported) or _FLAVOURS[0], _LOADER) if name not in names)
    unknown = tuple(nevra_of(package) for package in exported.packages if package.installed_size is None)
    told = (
        Loss(Besides.PACKAGES, "that the installer must add nothing; it always adds", added),
        Loss(Besides.SIZES, "how large the disk must be: nobody knows the installed size of some packages", unknown),
    )
    return tuple(loss for loss in told if loss.concerned)


def _flavour(exported: Exported) -> str | None:
    names = {wanted.name for wanted in exported.request.packages}
    return next((name for name in _FLAVOURS if name in names), None)


FORMAT = Format(
    title="Photon OS installer configuration",
    file_name="photon.json",
    media_type="application/json",
    expresses=frozenset({Expresses.VERSIONS, Expresses.SAME_NAME, Expresses.REPOSITORIES, Expresses.WEAK_SWITCH}),
    write=write,
    lost=lost,
    steerable=True,
)

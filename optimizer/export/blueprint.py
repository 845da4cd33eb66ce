"""An osbuild blueprint, as image-builder and osbuild-composer read it.

A version is joined to its name with `-` and read by dnf, so it may end in the architecture. There is no way to
keep a package out, to leave weak dependencies, or to say a repository; image-builder decodes strictly, so nothing
else may be written. Source: `pkg/blueprint/blueprint.go` of osbuild/images.
"""

from __future__ import annotations

from optimizer.export.exported import Exported, plain
from optimizer.export.format import Besides, Expresses, Format, Loss
from optimizer.export.words import checked_arch, checked_evr, checked_name

_TARGET = "osbuild-blueprint"
_KERNELS = ("kernel", "kernel-core", "kernel-rt", "kernel-rt-core", "kernel-64k", "kernel-64k-core")


def write(exported: Exported) -> bytes:
    """Return a blueprint that names every package with its version; raises CannotHoldError."""
    import tomlkit

    document = tomlkit.document()
    for line in exported.header():
        document.add(tomlkit.comment(line))
    document.add("name", tomlkit.item(plain(exported.manifest.problem) or "image"))
    document.add("version", tomlkit.item("0.0.1"))
    packages = tomlkit.aot()
    for wanted in exported.request.packages:
        package = tomlkit.table()
        package.add("name", checked_name(_TARGET, wanted.name))
        version = "*" if wanted.evr is None else checked_evr(_TARGET, wanted.evr)
        arch = "" if wanted.arch is None or wanted.evr is None else f".{checked_arch(_TARGET, wanted.arch)}"
        package.add("version", f"{version}{arch}")
        packages.append(package)
    document.add("packages", packages)
    kernel = _kernel(exported)
    if kernel not in (None, _KERNELS[0]):
        customizations = tomlkit.table(is_super_table=True)
        chosen = tomlkit.table()
        chosen.add("name", kernel)
        customizations.add("kernel", chosen)
        document.add("customizations", customizations)
    return tomlkit.dumps(document).encode()


def lost(exported: Exported) -> tuple[Loss, ...]:
    """Return that no kernel is wanted, where none is: a bootable image gets one."""
    if _kernel(exported) is not None:
        return ()
    return (Loss(Besides.PACKAGES, "that no kernel is wanted: types of image that boot get `kernel`"),)


def _kernel(exported: Exported) -> str | None:
    names = {wanted.name for wanted in exported.request.packages}
    return next((name for name in _KERNELS if name in names), None)


FORMAT = Format(
    title="osbuild blueprint (image-builder, osbuild-composer)",
    file_name="blueprint.toml",
    media_type="application/toml",
    expresses=frozenset({Expresses.VERSIONS, Expresses.ARCHITECTURE, Expresses.SAME_NAME}),
    write=write,
    lost=lost,
    steerable=True,
)

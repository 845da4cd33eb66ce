"""A drop-in for mkosi: packages, repositories by name, the weak-dependency switch.

`RemovePackages=` takes packages away after they are installed, which is not keeping them out, so it is not used.
Which distribution and release to build is the image's own configuration. Source: mkosi(1).
"""

from __future__ import annotations

from optimizer.export.exported import Exported
from optimizer.export.format import CannotHoldError, Expresses, Format
from optimizer.export.words import checked_repository, dnf_word

_TARGET = "mkosi"
#: RPM's names of architectures and systemd's, which mkosi uses.
_ARCHITECTURES = {
    "aarch64": "arm64",
    "armv7hl": "arm",
    "i686": "x86",
    "ppc64le": "ppc64-le",
    "riscv64": "riscv64",
    "s390x": "s390x",
    "x86_64": "x86-64",
}


def write(exported: Exported) -> bytes:
    """Return the drop-in; raises CannotHoldError."""
    arch = exported.manifest.arch
    if arch not in _ARCHITECTURES:
        raise CannotHoldError(_TARGET, "architecture", arch)
    lines = [f"# {line}" for line in exported.header()]
    lines += ["", "[Distribution]", f"Architecture={_ARCHITECTURES[arch]}", "Repositories="]
    lines += [f"        {checked_repository(_TARGET, repository.id)}" for repository in exported.repositories]
    lines += ["", "[Content]", f"WithRecommends={'yes' if exported.request.weak else 'no'}", "Packages="]
    lines += [f"        {dnf_word(_TARGET, wanted)}" for wanted in exported.request.packages]
    return ("\n".join(lines) + "\n").encode()


FORMAT = Format(
    title="mkosi.conf drop-in",
    file_name="mkosi.conf",
    media_type="text/plain",
    expresses=frozenset(
        {
            Expresses.VERSIONS,
            Expresses.ARCHITECTURE,
            Expresses.SAME_NAME,
            Expresses.REPOSITORIES,
            Expresses.WEAK_SWITCH,
            Expresses.MODULES,
        }
    ),
    write=write,
    steerable=True,
)

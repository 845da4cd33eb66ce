"""The machine architectures an image can be made for."""

from __future__ import annotations

from enum import StrEnum


class Arch(StrEnum):
    """What `$arch` of a dnf repository file may be (dnf's `rpm/__init__.py` table)."""

    X86_64 = "x86_64"
    X86_64_V2 = "x86_64_v2"
    I386 = "i386"
    I486 = "i486"
    I586 = "i586"
    I686 = "i686"
    AARCH64 = "aarch64"
    ARMV5TEL = "armv5tel"
    ARMV6HL = "armv6hl"
    ARMV7HL = "armv7hl"
    ARMV7HNL = "armv7hnl"
    PPC64 = "ppc64"
    PPC64LE = "ppc64le"
    S390X = "s390x"
    RISCV64 = "riscv64"
    LOONGARCH64 = "loongarch64"


_OTHER_BASES = {
    Arch.X86_64_V2: "x86_64",
    Arch.I486: "i386",
    Arch.I586: "i386",
    Arch.I686: "i386",
    Arch.ARMV5TEL: "arm",
    Arch.ARMV7HL: "armhfp",
    Arch.ARMV7HNL: "armhfp",
}


def base_arch(arch: Arch) -> str:
    """Return the `$basearch` that goes with `arch`: most are their own."""
    return _OTHER_BASES.get(arch, arch.value)

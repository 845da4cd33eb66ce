"""The machine and the versions that figures were measured with; nothing that names whose machine it is."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from pathlib import Path

import msgspec

from benchmarks.rows.dnf import dnf_version
from optimizer.model.solver import solver_version
from optimizer.universe.world import libsolv_version
from optimizer.version import VERSION


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """Processor, cores this process may use, memory in bytes, system; the load as the run began."""

    processor: str
    cores: int
    memory_bytes: int
    system: str
    python: str
    load: float


def this_machine() -> Machine:
    """Return what is measured on."""
    return Machine(
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)),
        memory_bytes=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        load=round(os.getloadavg()[0], 1),
    )


def versions() -> dict[str, str]:
    """Return the versions of the product, of what it solves with and of the peers that are here."""
    found = {
        "pkgset": VERSION,
        "ortools": solver_version(),
        "solv": libsolv_version(),
        "dnf": dnf_version(),
        "aspcud": _debian("aspcud"),
        "mccs": _debian("mccs"),
    }
    return {name: version for name, version in found.items() if version}


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text(encoding="utf-8").splitlines() if facts.is_file() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def _debian(package: str) -> str | None:
    """Return the version of a Debian package; its program may come from elsewhere, then it is not to be told."""
    if shutil.which(package) is None:
        return None
    if shutil.which("dpkg-query") is None:
        return "unknown"
    command = ["dpkg-query", "--show", "--showformat=${Version}", package]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"

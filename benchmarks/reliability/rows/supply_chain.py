"""What is locked, what is built from it, and what the database of known weaknesses says."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

from benchmarks.place import ROOT
from benchmarks.reliability.promise import Figure, Promise, Scale
from tests.project.locks import pins
from tests.project.test_wheel import build, checkout, elsewhere

_AROUND: tuple[dict[str, str], ...] = (
    {},
    {"TZ": "Asia/Kathmandu", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
    {"TZ": "XYZ+12", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "4242"},
)


def measure(scale: Scale) -> tuple[Figure, ...]:
    """Count the locks, build wheel and sdist under all that may differ, ask for known weaknesses."""
    builds = scale.count(12, 2)
    first = checkout(scale.directory / "checkout")
    digests: dict[str, set[str]] = {"wheel": set(), "sdist": set()}
    sizes: dict[str, int] = {}
    for number in range(builds):
        folder = scale.directory / f"build{number}" / ("x" * number)
        place, mode = folder / "source", (0o644, 0o600, 0o664)[number % 3]
        source = elsewhere(first, place, backwards=number % 2 == 1, mode=mode, at=86_400 * number)
        built = build(source, folder / "dist", umask=(0o022, 0o077, 0o002)[number % 3], **_AROUND[number % 3])
        for kind, path in (("wheel", built.wheel), ("sdist", built.sdist)):
            content = path.read_bytes()
            digests[kind].add(hashlib.sha256(content).hexdigest())
            sizes[kind] = len(content)
    return (
        Figure(name="packages pinned and hashed: to run", value=len(pins("run"))),
        Figure(name="to develop and in CI", value=len(pins("development"))),
        Figure(name="to build", value=len(pins("build"))),
        Figure(
            name="without a digest", value=sum(not pin.digests for lock in _LOCKS for pin in pins(lock)), wanted=0
        ),
        Figure(name="builds, each in other circumstances", value=builds),
        Figure(name="distinct wheels", value=len(digests["wheel"]), wanted=1),
        Figure(name="distinct sdists", value=len(digests["sdist"]), wanted=1),
        Figure(name="size of the wheel", value=sizes["wheel"], unit="bytes"),
        Figure(name="known weaknesses", value="not asked" if scale.quick else _audit()),
    )


_LOCKS = ("run", "development", "build", "audit")


def _audit() -> str:
    """What `make audit` found, or why it could not ask."""
    dropped = ("VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL")
    environment = {name: value for name, value in os.environ.items() if name not in dropped}
    done = subprocess.run(
        ["make", "audit"], cwd=Path(ROOT), env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return "none (`make audit`)"
    if "could not be audited" in done.stderr or "connect" in done.stderr.lower():
        return "not to be asked here: the registry mirror has no advisories"
    return next(
        (line for line in (done.stdout + done.stderr).splitlines() if line.startswith("Found ")), "see `make audit`"
    )


ROW = Promise(
    name="supply-chain",
    promise="What is installed to run, build, develop and test in CI is pinned and hashed; wheel and sdist are the "
    "same bytes wherever they are built, the sdist holds all that builds and tests, and the wheel runs by itself",
    tests=("tests/project/test_lock.py", "tests/project/test_wheel.py"),
    measure=measure,
)

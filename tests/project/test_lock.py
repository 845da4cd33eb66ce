"""requirements/: all that `make` and CI install is pinned and hashed, fits pyproject.toml, and is what is there."""

from __future__ import annotations

import re
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from tests.project.locks import environment, needed, pins, roots
from tests.requirements import PROJECT_ROOT, missing, require_tool

LOCKS = ("audit", "build", "development", "run")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


@pytest.mark.parametrize("lock", LOCKS)
def test_every_entry_is_one_version_with_digests(lock: str) -> None:
    entries = pins(lock)
    assert entries
    for pin in entries:
        assert re.fullmatch(r"[\w.!+-]+", pin.version), pin
        assert pin.digests, pin
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", digest) for digest in pin.digests), pin
        assert pin.requirement.url is None
    for python in PYTHONS:
        names = [pin.name for pin in entries if pin.holds(python)]
        assert len(names) == len(set(names)), python


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("lock", LOCKS)
def test_what_is_asked_for_is_pinned_to_a_version_that_will_do(lock: str, python: str) -> None:
    pinned = {pin.name: pin.version for pin in pins(lock) if pin.holds(python)}
    asked = roots(lock)
    assert asked
    for requirement in asked:
        if requirement.marker is None or requirement.marker.evaluate(environment(python)):
            assert canonicalize_name(requirement.name) in pinned, f"{requirement}: `make lock`"
            held = pinned[canonicalize_name(requirement.name)]
            assert requirement.specifier.contains(held, prereleases=True), f"{requirement}: {held}: `make lock`"


def test_a_package_of_two_locks_has_one_version() -> None:
    development = {pin.name: pin.version for pin in pins("development") if pin.holds()}
    for lock in LOCKS:
        for pin in pins(lock):
            if pin.holds():
                assert development.get(pin.name, pin.version) == pin.version, f"{lock}: {pin.name}"


@pytest.mark.parametrize("lock", ["run", "build", "development"])
def test_the_lock_is_what_its_roots_need_and_what_is_installed(lock: str) -> None:
    pinned = {pin.name: pin.version for pin in pins(lock) if pin.holds()}
    for name, held in pinned.items():
        try:
            installed = version(name)
        except PackageNotFoundError:
            installed = "not there"
        if installed != held:
            missing(
                f"the locked packages are not what is installed ({name} is {installed}): `make test` installs them"
            )
    reached = needed(roots(lock))
    assert reached - set(pinned) == set(), "`make lock` adds them"
    assert set(pinned) - reached == set(), "`make lock` takes them out"


@pytest.mark.parametrize("target", ["demo", "test", "bench", "audit"])
def test_make_installs_nothing_that_is_not_locked(target: str) -> None:
    command = [str(require_tool("make")), "--dry-run", "--always-make", target]
    printed = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, check=True).stdout
    installing = [line for line in printed.splitlines() if " pip " in line]
    assert installing
    for line in installing:
        assert "--require-hashes" in line or "--no-deps" in line, line
        assert "--no-build-isolation" in line, line


def test_ci_installs_by_make_alone() -> None:
    script = Path(PROJECT_ROOT, ".ci", "run").read_text(encoding="utf-8")
    assert script.rstrip().endswith("exec make test </dev/null")
    assert not re.search(r"\b(pip|uv|npm|curl|wget)\b", script)

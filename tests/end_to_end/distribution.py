"""The demo's repositories of real, signed RPMs, and what a system needs to install from them."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import yaml

from tests.demo.recipes import DEMO, read_problem
from tests.end_to_end.rpms import SCALE, Rpm, build, demo_rpms
from tests.requirements import missing, require_tool

TOOLS = ("createrepo_c", "dnf", "gpg", "modifyrepo_c", "nginx", "ostree", "rpm", "rpmbuild", "rpmsign")
SIGNER = "demo@example.invalid"
_MACROS = """\
%_dbpath /var/lib/rpm
%__gpg /usr/bin/gpg
%_gpg_name {signer}
%_gpg_path {home}/gnupg
"""
_LARGE = {"installed_size", "download_size"}


@dataclass(frozen=True)
class Distribution:
    """`directory` holds a folder a repository, which `url` serves, and `home`, the home directory of all tools."""

    directory: Path
    url: str = ""

    @property
    def home(self) -> Path:
        """The home directory of rpm and gpg, with the macros and the key."""
        return self.directory / "home"

    @property
    def key(self) -> Path:
        """The public key that all packages are signed with."""
        return self.directory / "key.asc"

    def run(self, *command: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a tool with nothing of the tester's own environment."""
        environment = {
            "HOME": str(self.home),
            "GNUPGHOME": str(self.home / "gnupg"),
            "LC_ALL": "C.UTF-8",
            "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",
        }
        done = subprocess.run(
            list(map(str, command)),
            capture_output=True,
            text=True,
            check=False,
            env=environment,
            stdin=subprocess.DEVNULL,
        )
        assert not check or done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done

    def repository(self, name: str, rpms: list[Rpm]) -> Path:
        """Build, sign and index a repository `name`; return its folder."""
        target = self.directory / name
        build(rpms, target, self.directory / "work" / name)
        self.run("rpmsign", "--addsign", *sorted(target.rglob("*.rpm")))
        groups = DEMO / "recipes" / name / "comps.xml"
        options: list[str | Path] = ["--groupfile", groups] if groups.exists() else []
        self.run("createrepo_c", "--quiet", *options, target)
        modules = DEMO / "recipes" / name / "modules.yaml"
        if modules.exists():
            self.run("modifyrepo_c", modules, target / "repodata")
        return target

    def problem(self, file: str, into: Path, folders: Mapping[str, str] | None = None, **changes: Any) -> Path:
        """Write a problem of the demo about these repositories: over HTTP, limits divided as the packages' sizes are.

        `folders` say where a repository lies if not under its own name; `changes` replace keys of the problem.
        """
        problem = read_problem(DEMO / file)
        for repository in problem["repositories"]:
            folder = (folders or {}).get(repository["id"], repository["id"])
            repository["baseurl"] = f"{self.url}/{folder}/"
        if "equivalents" in problem:
            problem["equivalents"] = str(DEMO / problem["equivalents"])
        for limit in _LARGE.intersection(problem.get("limits", {})):
            number, unit = problem["limits"][limit].split()
            assert unit == "MiB"
            problem["limits"][limit] = int(float(number) * 2**20) // SCALE
        problem.update(changes)
        path = into / f"{problem['name']}.yaml"
        path.write_text(yaml.safe_dump(problem))
        return path


def pkgset(*arguments: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run `pkgset` in a process of its own, as a user does."""
    command = [sys.executable, "-m", "optimizer", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def solve(problem: Path, code: int = 0) -> Path:
    """Solve a problem; return the directory of its result."""
    results = problem.parent / "results"
    pkgset("solve", "--quiet", "--output", results, problem, code=code)
    return results / str(yaml.safe_load(problem.read_text())["name"])


def manifest(result: Path) -> list[dict[str, Any]]:
    """Return the packages of a result's manifest."""
    document: dict[str, Any] = msgspec.json.decode((result / "manifest.json").read_bytes())
    packages: list[dict[str, Any]] = document["packages"]
    return packages


def nevra_of(package: Mapping[str, Any]) -> str:
    """Return a manifest package's `name-[epoch:]version-release.arch`."""
    epoch = f"{package['epoch']}:" if package["epoch"] else ""
    return f"{package['name']}-{epoch}{package['version']}-{package['release']}.{package['arch']}"


def require_everything() -> None:
    """Skip (fail in CI) where a tool is missing, or the rights to install into a directory."""
    for tool in TOOLS:
        require_tool(tool)
    if os.geteuid() != 0:
        missing("installing packages into a directory needs root")


@contextmanager
def built_once(directory: Path) -> Iterator[Distribution]:
    """Yield the distribution as it is built in a directory, by whichever test process comes first."""
    directory.mkdir(exist_ok=True)
    made = Distribution(directory)
    with (directory / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (directory / "done").exists():
            _make(made)
            (directory / "done").touch()
    yield made


def _make(made: Distribution) -> None:
    (made.home / "gnupg").mkdir(parents=True, mode=0o700)
    (made.home / ".rpmmacros").write_text(_MACROS.format(signer=SIGNER, home=made.home))
    sign = ("gpg", "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", "")
    made.run(*sign, "--quick-gen-key", f"Demo <{SIGNER}>", "ed25519", "sign", "never")
    made.key.write_text(made.run("gpg", "--armor", "--export").stdout)
    for name in ("harbour", "skiff"):
        made.repository(name, demo_rpms(name))

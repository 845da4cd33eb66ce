"""The Pythons of this machine, and what the lock names installed for each."""

from __future__ import annotations

import functools
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

from tests.project.locks import excerpt, needed, roots
from tests.requirements import PROJECT_ROOT, missing

#: What writes pages and SBOMs beside what every installation has.
MORE = ("jinja2", "pygal", "squarify", "cyclonedx-python-lib", "packageurl-python", "spdx-tools")


def promised() -> list[str]:
    """The Pythons that pyproject.toml names, as 3.11."""
    with (PROJECT_ROOT / "pyproject.toml").open("rb") as file:
        classifiers = tomllib.load(file)["project"]["classifiers"]
    return re.findall(r"Python :: (3\.\d+)", "\n".join(classifiers))


@functools.cache
def find_python(version: str) -> Path:
    """Return an interpreter of a version: of PATH, or one of pyenv's."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    kept = sorted(pyenv.glob(f"{version}.*/bin/python{version}"), key=lambda path: _numbers(path.parts[-3]))
    on_path = shutil.which(f"python{version}")
    candidates = [*([Path(on_path)] if on_path else []), *reversed(kept)]
    found = next((candidate for candidate in candidates if _version(candidate) == version), None)
    if found is None:  # one of pyenv's stands on PATH for each it has, and works for those that are chosen
        missing(f"no python{version} on PATH or among pyenv's")
    return found


def install(version: str, folder: Path, more: tuple[str, ...] = MORE) -> Path:
    """Make an environment with what runs pkgset as the lock has it, and `more`, and return its interpreter."""
    python = find_python(version)
    wanted = needed([*roots("run"), *map(Requirement, more)])
    lock = folder / "requirements.txt"
    folder.mkdir(parents=True)
    lock.write_text(excerpt("development", wanted), encoding="utf-8")
    subprocess.run([str(python), "-m", "venv", "--without-pip", str(folder / "venv")], check=True)
    made = folder / "venv" / "bin" / "python"
    # Not pip: it takes three times as long, most of it to compile what runs once.
    if importlib.util.find_spec("uv") is None:
        missing("the development tools lack uv: make test installs it")
    words = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-config", "--python", str(made)]
    command = [*words, "--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", str(lock)]
    done = subprocess.run(command, env=registry(), capture_output=True, text=True, check=False)
    if done.returncode and ("connect" in done.stderr.lower() or "dns" in done.stderr.lower()):
        missing("the package registry cannot be reached")
    assert done.returncode == 0, done.stderr
    return made


def registry() -> dict[str, str]:
    """The environment, with the registry that pip was told, which uv does not ask."""
    asked = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    told = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    index = os.environ.get("PIP_INDEX_URL") or told
    return {**({"UV_DEFAULT_INDEX": index} if index else {}), **os.environ}


def _version(python: Path) -> str:
    command = [str(python), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", text)]

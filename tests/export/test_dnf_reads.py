"""dnf 4 itself reads the argument list, the repository file, the stored transaction: it would install just that."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from optimizer.export import containerfile, dnf_arguments, dnf_transaction, repository_file
from optimizer.export.exported import Exported
from optimizer.export.format import Expresses
from optimizer.export.loss import losses
from optimizer.export.request import evr_of
from tests.export.answers import where_it_lies
from tests.export.readers import run_words

pytestmark = pytest.mark.tool("dnf")


def dnf(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run dnf below a directory: nothing of the machine enters, nothing is installed."""
    options = [f"--installroot={root / 'install'}", "--releasever=1", "--nogpgcheck", "--assumeno"]
    for name in ("cachedir", "logdir", "persistdir"):
        (root / name).mkdir(parents=True, exist_ok=True)
        options.append(f"--setopt={name}={root / name}")
    options += ["--setopt=plugins=0", "--setopt=module_platform_id=platform:el9", "--setopt=varsdir=/dev/null"]
    (root / "install").mkdir(exist_ok=True)
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "COLUMNS": "400"}
    return subprocess.run(["dnf", *options, *words], capture_output=True, text=True, check=False, env=environment)


def would_install(done: subprocess.CompletedProcess[str]) -> Counter[tuple[str, str, str, str]]:
    """Return name, architecture, version and repository of each row that dnf shows; it may do nothing but install."""
    lines = done.stdout.splitlines()
    assert "Installing:" in lines, done.stdout[-2000:] + done.stderr[-2000:]
    rows = lines[lines.index("Installing:") + 1 : lines.index("Transaction Summary")]
    headings = {line for line in rows if line and not line.startswith((" ", "="))}
    assert headings <= {"Installing dependencies:"}, "dnf removes something, or follows a weak dependency"
    words = [word for line in rows if line.startswith(" ") for word in line.split()]
    assert len(words) % 6 == 0
    return Counter((words[i], words[i + 1], words[i + 2], words[i + 3]) for i in range(0, len(words), 6))


def of(exported: Exported) -> Counter[tuple[str, str, str, str]]:
    return Counter((one.name, one.arch, evr_of(one), one.repository) for one in exported.packages)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache of dnf's for all questions."""
    return tmp_path_factory.mktemp("dnf")


@pytest.mark.data
@pytest.mark.parametrize("name", ["cs9-host", "cs9-nodejs-stream", "cs9-multilib-graphics"])
def test_the_arguments(root: Path, name: str) -> None:
    exported = where_it_lies(name)
    words = dnf_arguments.write(exported).decode().splitlines()
    assert would_install(dnf(root, *words)) == of(exported)


@pytest.mark.data
def test_the_containerfile(root: Path) -> None:
    exported = where_it_lies("cs9-host")
    words = run_words(containerfile.write(exported))
    assert words[:2] == ["dnf", "${DNF_OPTIONS}"]
    kept = [word for word in words[2:] if not word.startswith(("--installroot=", "--releasever="))]
    assert would_install(dnf(root, *kept)) == of(exported)


@pytest.mark.data
@pytest.mark.parametrize("name", ["cs9-host", "cs9-nodejs-stream"])
def test_the_transaction_and_the_repository_file(root: Path, tmp_path: Path, name: str) -> None:
    exported = where_it_lies(name)
    (tmp_path / "repositories").mkdir()
    (tmp_path / "repositories" / "pkgset.repo").write_bytes(repository_file.write(exported))
    (tmp_path / "transaction.json").write_bytes(dnf_transaction.write(exported))
    done = dnf(
        root,
        f"--setopt=reposdir={tmp_path / 'repositories'}",
        "history",
        "replay",
        str(tmp_path / "transaction.json"),
    )
    assert would_install(done) == of(exported)


@pytest.mark.parametrize("name", ["demo", pytest.param("photon-1.0-tp1-minimal", marks=pytest.mark.data)])
def test_what_is_told_to_be_lost_is_what_dnf_stumbles_over(name: str, root: Path) -> None:
    exported = where_it_lies(name)
    (ours,) = [loss.concerned for loss in losses(dnf_arguments.FORMAT, exported) if loss.kind == Expresses.DIVERGENCE]
    done = dnf(root, *dnf_arguments.write(exported).decode().splitlines())
    assert done.returncode == 1
    assert "No match for argument" not in done.stdout + done.stderr
    clashing = [line for line in done.stderr.splitlines() if " requires " in line]
    assert clashing
    assert any(nevra in line for line in clashing for nevra in ours)

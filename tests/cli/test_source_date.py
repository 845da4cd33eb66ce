"""SOURCE_DATE_EPOCH: one place reads it, every date that is written comes from it, and what is no date is refused."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from optimizer.cli.source_date import LATEST, NAME, source_date_epoch
from optimizer.export.formats import FORMATS
from tests.cli.conftest import Run
from tests.demo.recipes import DEMO
from tests.requirements import PROJECT_ROOT

SECOND = 951_782_400  # 2000-02-29
WRITTEN = re.compile(rb"2000-02-29|\b951782400\b")
NOW = re.compile(r"\.(now|today|utcnow|localtime|gmtime|ctime)\(|\btime\.time(_ns)?\(")
#: The formats that have a place for a date.
DATED = {"cyclonedx", "osbuild-manifest", "rpm-ostree-lockfile", "spdx"}


@pytest.mark.parametrize("text", ["0", "951782400", "0951782400", str(LATEST)])
def test_a_number_of_seconds(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, text)
    assert source_date_epoch() == int(text)


@pytest.mark.parametrize("text", ["", None])
def test_nothing_is_no_date(text: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if text is None:
        monkeypatch.delenv(NAME, raising=False)
    else:
        monkeypatch.setenv(NAME, text)
    assert source_date_epoch() is None


@pytest.mark.parametrize(
    "text", ["yesterday", "-1", "+1", " 1", "1 ", "1.5", "1e9", "0x1", "1_000", "\N{SUPERSCRIPT TWO}", "9" * 5000]
)
def test_anything_else_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, text)
    with pytest.raises(click.UsageError, match="SOURCE_DATE_EPOCH is"):
        source_date_epoch()


def test_the_second_after_the_last_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, str(LATEST + 1))
    with pytest.raises(click.UsageError):
        source_date_epoch()


def test_every_date_that_is_written_is_this_one(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("solve", DEMO / "upstream-only.yaml", "-o", tmp_path)
    (result,) = tmp_path.iterdir()
    dated = set()
    for name in FORMATS:
        for value in (str(SECOND), str(LATEST)):
            monkeypatch.setenv(NAME, value)
            out = tmp_path / f"{name}-{value}"
            written = run("export", result, "--format", name, "--allow-lossy", "-o", out)
            assert written.exit_code == 0, written.err
        if (tmp_path / f"{name}-{SECOND}").read_bytes() != (tmp_path / f"{name}-{LATEST}").read_bytes():
            dated.add(name)
            assert WRITTEN.search((tmp_path / f"{name}-{SECOND}").read_bytes()), name
    assert dated == DATED


def test_one_place_reads_it_and_no_other_asks_what_time_it_is() -> None:
    package = PROJECT_ROOT / "optimizer"
    reading = []
    for path in sorted(package.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(package).as_posix()
        if "environ" in text and "SOURCE_DATE" in text:
            reading.append(name)
        # The age of what an interrupted run left in the cache, how long to wait, and whether a signature has expired.
        if not name.startswith("repository/"):
            assert not NOW.search(text), name
    assert reading == ["cli/source_date.py"]

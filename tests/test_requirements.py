"""The skips are honest: they say how to get what is missing, and CI turns them into failures."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.requirements import require_data, require_tool


def test_a_missing_tool_names_its_debian_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt-get install no-such-tool"):
        require_tool("no-such-tool")


def test_missing_data_fails_in_ci(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PKGSET_DATA", str(tmp_path / "nowhere"))
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="set PKGSET_DATA"):
        require_data()


def test_data_directory_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PKGSET_DATA", str(tmp_path))
    assert require_data() == tmp_path

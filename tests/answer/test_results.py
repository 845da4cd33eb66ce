"""Result files are whole or not there, and a run.json speaks of the files beside it."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from optimizer.answer.result import Result
from optimizer.export.results import write_results
from optimizer.pipeline import Settings, solve_file
from optimizer.universe.snapshot import read_instance
from tests.cases.reading import CASES, make_runnable

JSON = ["divergence.json", "manifest.json", "run.json"]
FILES = sorted([*JSON, "problem.instance"])
BY_NAME = {case.name: case for case in CASES}


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """An answer with a divergence."""
    return solve_file(make_runnable(BY_NAME["reason-limit"], tmp_path_factory.mktemp("case")), Settings())


@pytest.fixture(scope="module")
def infeasible(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """No answer, to a problem of the same name."""
    return solve_file(make_runnable(BY_NAME["c1-required-absent"], tmp_path_factory.mktemp("case")), Settings())


def names(directory: Path) -> list[str]:
    """Every file of a directory, hidden ones too."""
    return sorted(path.name for path in directory.iterdir())


def test_an_answer_is_three_files_of_json_and_the_question(result: Result, tmp_path: Path) -> None:
    target = write_results(result, tmp_path / "deep" / "results")
    assert target == tmp_path / "deep" / "results" / "problem"
    assert names(target) == FILES
    documents = {name: json.loads((target / name).read_text()) for name in JSON}
    assert read_instance(target / "problem.instance") == result.instance
    assert documents["run.json"]["status"] == "proven"
    assert [one["source"] for one in documents["divergence.json"]["entries"]] == ["git"]
    assert [one["name"] for one in documents["manifest.json"]["packages"]] == ["git"]
    for name in FILES:
        assert name not in JSON or (target / name).read_bytes().endswith(b"}\n")
        assert (target / name).stat().st_mode & 0o777 == 0o666 & ~umask()


def umask() -> int:
    """This process's mask of permissions."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_the_same_result_gives_the_same_bytes(result: Result, tmp_path: Path) -> None:
    one, other = (write_results(result, tmp_path / word) for word in ("one", "other"))
    assert [(one / name).read_bytes() for name in FILES] == [(other / name).read_bytes() for name in FILES]


def test_without_an_answer_earlier_ones_are_gone(result: Result, infeasible: Result, tmp_path: Path) -> None:
    write_results(result, tmp_path)
    target = write_results(infeasible, tmp_path)
    assert names(target) == ["problem.instance", "run.json"]
    assert json.loads((target / "run.json").read_text())["status"] == "infeasible"


class FullDisk(io.BytesIO):
    """A file that takes half of what it is given."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    def write(self, content: Any) -> int:
        self.path.write_bytes(bytes(content)[: len(content) // 2])
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("failing", FILES)
@pytest.mark.parametrize("earlier", [True, False], ids=["over-an-earlier-result", "afresh"])
def test_a_full_disk_leaves_nothing_half_written(
    result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str, earlier: bool
) -> None:
    before = {name: f'"{name} of yesterday"\n' for name in FILES} if earlier else {}
    target = tmp_path / "problem"
    target.mkdir()
    for name, text in before.items():
        (target / name).write_text(text)
    whole = os.fdopen

    def fdopen(descriptor: int, *arguments: Any, **options: Any) -> Any:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        if failing not in path.name:
            return whole(descriptor, *arguments, **options)
        os.close(descriptor)
        return FullDisk(path)

    monkeypatch.setattr(os, "fdopen", fdopen)
    with pytest.raises(OSError, match="No space left"):
        write_results(result, tmp_path)
    monkeypatch.undo()
    assert "run.json" not in names(target)
    assert not [name for name in names(target) if name.startswith(".")]
    good = write_results(result, tmp_path / "good")
    for name in names(target):
        content = (target / name).read_bytes()
        assert content in (before.get(name, "").encode(), (good / name).read_bytes())


def test_the_record_of_the_run_is_written_last(
    result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    replace = Path.replace

    def noted(path: Path, target: Path) -> Path:
        written.append(Path(target).name)
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", noted)
    write_results(result, tmp_path)
    assert sorted(written) == FILES
    assert written[-1] == "run.json"

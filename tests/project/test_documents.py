"""Documents lead nowhere but to what exists, and show problem files that can be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.problem.load import load_problem
from tests.project.documents import anchors, blocks, documents, links, relative
from tests.requirements import PROJECT_ROOT

PROBLEMS = [
    pytest.param(block, id=f"{relative(path)}-{index}")
    for path in documents()
    for index, block in enumerate(blocks(path.read_text(encoding="utf-8"), "yaml"))
    if "format: 1" in block and "repositories:" in block
]


def test_the_fixed_documents_are_there() -> None:
    names = {relative(path) for path in documents()}
    assert {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/architecture.md", "docs/model.md"} <= names


@pytest.mark.parametrize("path", documents(), ids=relative)
def test_links_resolve(path: Path) -> None:
    for target in links(path.read_text(encoding="utf-8")):
        name, _, anchor = target.partition("#")
        file = (path.parent / name).resolve() if name else path
        assert file.exists(), target
        assert file.is_relative_to(PROJECT_ROOT), target
        assert not anchor or anchor in anchors(file.read_text(encoding="utf-8")), target


def test_every_document_can_be_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = [PROJECT_ROOT / "README.md"]
    while waiting:
        path = waiting.pop()
        if path in reached or path.suffix != ".md":
            continue
        reached.add(path)
        targets = (target.partition("#")[0] for target in links(path.read_text(encoding="utf-8")))
        waiting += [(path.parent / target).resolve() for target in targets if target]
    assert set(documents()) <= reached


def test_decisions_are_numbered_without_gaps_and_listed() -> None:
    folder = PROJECT_ROOT / "docs" / "decisions"
    names = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    assert links((folder / "README.md").read_text(encoding="utf-8")) == names
    for name in names:
        text = (folder / name).read_text(encoding="utf-8")
        assert text.startswith(f"# {int(name[:4])}. ")
        assert all(f"\n**{part}.** " in text for part in ("Context", "Decision", "Consequence")), name


def test_there_are_problem_files_to_read() -> None:
    assert len(PROBLEMS) >= 3


@pytest.mark.parametrize("block", PROBLEMS)
def test_a_problem_file_in_a_document_is_one(block: str, tmp_path: Path) -> None:
    file = tmp_path / "image.yaml"
    file.write_text(block, encoding="utf-8")
    problem = load_problem(file)
    assert problem.features

"""What an imported file may include: inside its directory, without loops, not without end."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.imports.error import BadImportError
from optimizer.imports.formats import read_request
from optimizer.imports.includes import MAX_DEPTH, Includes
from optimizer.imports.source import STANDARD_INPUT


def _treefile(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"ref: a/b\n{text}\n")
    return path


def _words(path: Path, within: Path | None = None) -> list[str]:
    return [word.text for word in read_request(path, "rpm-ostree-treefile", within=within).wanted]


def test_files_below_are_read_and_know_what_lies_beside_themselves(tmp_path: Path) -> None:
    _treefile(tmp_path / "a" / "b.yaml", "include: c.yaml\npackages: [two]")
    _treefile(tmp_path / "a" / "c.yaml", "include: ../d.yaml\npackages: [one]")
    _treefile(tmp_path / "d.yaml", "packages: [zero]")
    assert _words(_treefile(tmp_path / "main.yaml", "include: a/b.yaml\npackages: [three]")) == [
        "zero",
        "one",
        "two",
        "three",
    ]


def test_what_lies_outside_is_refused_unless_the_user_widens_the_place(tmp_path: Path) -> None:
    _treefile(tmp_path / "shared.yaml", "packages: [bash]")
    main = _treefile(tmp_path / "tree" / "main.yaml", "include: ../shared.yaml")
    with pytest.raises(BadImportError) as caught:
        _words(main)
    assert (caught.value.path, caught.value.line) == (main, 2)
    assert _words(main, tmp_path) == ["bash"]


@pytest.mark.parametrize("name", ["/etc/passwd", "../../../../../../etc/passwd", "link.yaml", "x\\0y", "''", "."])
def test_no_name_leads_out(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.yaml").write_text("packages: [secret]\n")
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    main = _treefile(tree / "main.yaml", f'include: "{name}"')
    with pytest.raises(BadImportError):
        _words(main)


def test_loops_end(tmp_path: Path) -> None:
    _treefile(tmp_path / "b.yaml", "include: main.yaml")
    with pytest.raises(BadImportError, match="does not include this one"):
        _words(_treefile(tmp_path / "main.yaml", "include: b.yaml"))
    with pytest.raises(BadImportError, match="does not include this one"):
        _words(_treefile(tmp_path / "self.yaml", "include: ./self.yaml"))


def test_chains_and_families_are_bounded(tmp_path: Path) -> None:
    for number in range(MAX_DEPTH + 2):
        _treefile(tmp_path / f"{number}.yaml", f"include: {number + 1}.yaml")
    with pytest.raises(BadImportError, match=f"at most {MAX_DEPTH} levels"):
        _words(tmp_path / "0.yaml")
    _treefile(tmp_path / "leaf.yaml", "packages: [bash]")
    twice = "include: [{0}, {0}]"
    for number in range(12):
        inner = "leaf.yaml" if number == 0 else f"twice{number - 1}.yaml"
        _treefile(tmp_path / f"twice{number}.yaml", twice.format(inner))
    with pytest.raises(BadImportError, match="and 256 files"):
        _words(tmp_path / "twice11.yaml")


def test_what_is_not_there_or_no_file_is_blamed_where_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    for name in ("folder.yaml", "nothing.yaml"):
        with pytest.raises(BadImportError, match="expected a file to include, found none") as caught:
            _words(_treefile(tmp_path / "main.yaml", f"packages: [bash]\ninclude: {name}"))
        assert caught.value.line == 3


def test_standard_input_includes_nothing() -> None:
    includes = Includes.of(STANDARD_INPUT)
    with pytest.raises(BadImportError, match="expected no file, since"):
        includes.read("README.md", STANDARD_INPUT, 1)
    assert includes.siblings(STANDARD_INPUT, "*") == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("input.ks", "%include other\n%packages\nbash\n%end\n"),
        ("input.ks", "%packages\nbash\n%include other\n%end\n"),
        ("input.json", '{"packagelist_file": "other", "hostname": "x"}'),
        ("mkosi.conf", "[Include]\nInclude=./other\n"),
        ("input.yaml", "contentOrigin: {repofiles: [./other]}\npackages: [bash]\n"),
    ],
)
def test_every_format_with_includes_goes_through_the_same_gate(tmp_path: Path, name: str, text: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / name).write_text(text)
    with pytest.raises(BadImportError, match="expected a file to include, found none"):
        read_request(tree / name)
    (tree / "other").symlink_to(secret)
    with pytest.raises(BadImportError, match=r"expected a file in .*, found '(\./)?other'"):
        read_request(tree / name)


def test_repository_files_outside_are_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / "secret.repo").write_text("[base]\nbaseurl=https://mirror.example/\n")
    tree = tmp_path / "tree"
    main = _treefile(tree / "main.yaml", "repos: [base]\npackages: [bash]")
    (tree / "own.repo").symlink_to(tmp_path / "secret.repo")
    assert read_request(main).repositories[0].baseurls == ()

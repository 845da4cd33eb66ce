"""Repositories: locations, variables, and dnf's `.repo` files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.problem.writing import FEATURES, load, mistakes, write

REPO_FILE = """\
# dnf's own form
[main]
gpgcheck=1

[base]
name=Base of $releasever
baseurl=https://one.example/$releasever/BaseOS/$basearch/os/
        https://two.example/${releasever}/$arch

[extra]
name=Extra
enabled=0
baseurl=file:///srv/extra, relative/extra

[mirrored]
metalink=https://mirrors.example/?repo=x
enabled=0
"""


def head(repository: str, arch: str = "x86_64", more: str = "") -> str:
    """A problem with one repository and its line, 4."""
    return f"format: 1\narch: {arch}\nrepositories:\n  - {{origin: upstream, {repository}}}\n{more}{FEATURES}"


@pytest.mark.parametrize(
    ("baseurl", "expected"),
    [
        ("a/b", "{here}/a/b"),
        ("/srv/repo", "/srv/repo"),
        ("old.solv", "{here}/old.solv"),
        ("file:///srv/repo", "file:///srv/repo"),
        ("https://h.example:8443/r/", "https://h.example:8443/r/"),
        ("http://h.example/$releasever/$basearch", "http://h.example/9/armhfp"),
    ],
)
def test_locations(tmp_path: Path, baseurl: str, expected: str) -> None:
    problem = load(tmp_path, head(f"id: x, baseurl: '{baseurl}'", "armv7hl", "releasever: 9\n"))
    assert problem.repositories[0].locations == (expected.format(here=tmp_path),)


def test_mirrors_keep_their_order(tmp_path: Path) -> None:
    problem = load(tmp_path, head("id: x, baseurl: [b, 'http://a.example/']"))
    assert problem.repositories[0].locations == (str(tmp_path / "b"), "http://a.example/")


@pytest.mark.parametrize(
    ("repository", "expected"),
    [
        ("id: x", "repositories[0].baseurl: expected id and baseurl, or repo_file, found no baseurl"),
        ("baseurl: x", "repositories[0].id: expected id and baseurl, or repo_file, found no id"),
        ("id: x, baseurl: []", "repositories[0].baseurl: expected a list of at least one, found an empty list"),
        ("id: .x, baseurl: x", "repositories[0].id: expected a name of letters, digits"),
        ("id: x, baseurl: x, ids: [y]", "repositories[0].ids: expected ids only beside repo_file"),
        ("id: x, baseurl: 'ftp://h/x'", "expected a directory, a .solv file, or a file://, http:// or https:// URL"),
        ("id: x, baseurl: 'http:///x'", "repositories[0].baseurl: expected http://, then a host, found 'http:///x'"),
        ("id: x, baseurl: 'http://[x'", "expected a URL, found 'http://[x'"),
        ("id: x, baseurl: 'http://h:x/'", "expected a URL, found 'http://h:x/'"),
        ("id: x, baseurl: 'http://h/a b'", "expected a URL, found 'http://h/a b'"),
        ("id: x, baseurl: 'file://h/x'", "expected file:///, then an absolute path"),
        ("id: x, baseurl: 'http://h/$releasever'", "expected a top-level releasever, for $releasever"),
        ("id: x, baseurl: 'http://h/$basarch'", "found '$basarch'; did you mean 'basearch'"),
        ("id: x, baseurl: [a, 'ftp://h/x']", "repositories[0].baseurl[1]: expected a directory"),
        ("repo_file: no.repo", "repositories[0].repo_file: expected a readable file, found 'no.repo'"),
        ("repo_file: x.repo, id: y", "repositories[0].id: expected repo_file without id, found id"),
        (
            "repo_file: x.repo, ids: [bas]",
            "ids[0]: expected the id of a section of 'x.repo', found 'bas'; did you me",
        ),
    ],
)
def test_a_wrong_repository(tmp_path: Path, repository: str, expected: str) -> None:
    write(tmp_path, "[base]\nbaseurl=/x\n", "x.repo")
    (found,) = mistakes(tmp_path, head(repository))
    assert found.startswith("4: repositories[0]")
    assert expected in found


def test_the_enabled_sections_of_a_repo_file(tmp_path: Path) -> None:
    write(tmp_path, REPO_FILE, "x.repo")
    (source,) = load(tmp_path, head("repo_file: x.repo", "i686", "releasever: 9\n")).repositories
    assert source.id == "base"
    assert source.locations == ("https://one.example/9/BaseOS/i386/os/", "https://two.example/9/i686")
    assert str(source.position) == f"{tmp_path}/x.repo:5: base"


def test_named_sections_of_a_repo_file_need_not_be_enabled(tmp_path: Path) -> None:
    write(tmp_path, REPO_FILE, "x.repo")
    sources = load(tmp_path, head("repo_file: x.repo, ids: [extra, base]", more="releasever: 9\n")).repositories
    assert [source.id for source in sources] == ["extra", "base"]
    assert sources[0].locations == ("file:///srv/extra", str(tmp_path / "relative/extra"))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("baseurl=x\n", "x.repo:1: expected a [section] first, found 'baseurl=x'"),
        ("[a]\nbaseurl=x\n[a]\n", "x.repo:3: a: expected each section once"),
        ("[a]\nbaseurl=x\nbaseurl=y\n", "x.repo:3: a.baseurl: expected each option once"),
        ("[a]\nbaseurl\n", "x.repo:2: expected [section] or option=value"),
        ("[a]\nbaseurl=x\nenabled=maybe\n", "x.repo:3: a.enabled: expected 0 or 1, found 'maybe'"),
        ("[a]\nname=x\n", "x.repo:1: a: expected a baseurl (lists of mirrors are not read), found none"),
        (
            "\n[a]\nmetalink=x\n",
            "x.repo:2: a: expected a baseurl (lists of mirrors are not read), found metalink only",
        ),
        ("[a]\n\nbaseurl=ftp://x/\n", "x.repo:3: a.baseurl: expected a directory"),
        ("[a/b]\nbaseurl=x\n", "x.repo:1: a/b: expected a name of letters"),
        ("[a]\nbaseurl=x\nenabled=0\n", "4: repositories[0].repo_file: expected at least one enabled repository"),
    ],
)
def test_a_wrong_repo_file(tmp_path: Path, content: str, expected: str) -> None:
    write(tmp_path, content, "x.repo")
    (found,) = mistakes(tmp_path, head("repo_file: x.repo"))
    assert found.startswith(expected)


def test_a_repo_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "x.repo").write_bytes(b"[a]\nname=\xff\n")
    (found,) = mistakes(tmp_path, head("repo_file: x.repo"))
    assert found.startswith("x.repo:2: expected UTF-8 text, found byte 0xff")


def test_ids_are_unique_over_the_problem_and_its_repo_files(tmp_path: Path) -> None:
    write(tmp_path, "[base]\nbaseurl=/x\n", "x.repo")
    found = mistakes(tmp_path, head("id: base, baseurl: x}\n  - {origin: upstream, repo_file: x.repo"))
    assert len(found) == 1
    assert found[0].startswith("x.repo:1: base: expected each repository id once, found 'base' again (first at ")


def test_ids_are_unique_in_the_problem(tmp_path: Path) -> None:
    (found,) = mistakes(tmp_path, head("id: a, baseurl: x}\n  - {origin: downstream, id: a, baseurl: y"))
    assert found.startswith("5: repositories[1].id: expected each repository id once, found 'a' again")

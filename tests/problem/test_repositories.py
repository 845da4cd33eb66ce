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


def keys_of(tmp_path: Path, repository: str, more: str = "") -> tuple[str, ...]:
    return tuple(key.location for key in load(tmp_path, head(repository, more=more)).repositories[0].keys)


def test_keys_that_must_have_signed_a_repository(tmp_path: Path) -> None:
    write(tmp_path, "a key", "key 9.asc")
    here = str(tmp_path / "key 9.asc")
    assert keys_of(tmp_path, "id: x, baseurl: y") == ()
    assert keys_of(tmp_path, "id: x, baseurl: y, gpgkey: key 9.asc") == (here,)
    assert keys_of(tmp_path, "id: x, baseurl: y, gpgkey: key 9.asc, repo_gpgcheck: false") == ()
    assert keys_of(tmp_path, "id: x, baseurl: y, gpgkey: 'https://h.example/k', repo_gpgcheck: true") == (
        "https://h.example/k",
    )
    listed = f"['key $releasever.asc', 'file://{tmp_path}/key%20$releasever.asc']"
    assert keys_of(tmp_path, f"id: x, baseurl: y, gpgkey: {listed}", "releasever: 9\n") == (here, here)


@pytest.mark.parametrize(
    ("repository", "expected"),
    [
        ("repo_gpgcheck: true", "repo_gpgcheck: expected gpgkey, the keys that sign the repository, found no gpgkey"),
        (
            "gpgkey: kez",
            "gpgkey: expected a readable key file, found 'kez' (No such file or directory); did you mean",
        ),
        ("gpgkey: .", "gpgkey: expected a readable key file, found '.' (not a regular file)"),
        ("gpgkey: [key, no]", "gpgkey[1]: expected a readable key file, found 'no'"),
        ("gpgkey: 'http://h/k'", "gpgkey: expected a key file, or a file:// or https:// URL, found 'http://h/k'"),
        ("gpgkey: 'file://h/k'", "gpgkey: expected file:///, then an absolute path, found 'file://h/k'"),
        ("gpgkey: []", "gpgkey: expected a list of at least one, found an empty list"),
        ("gpgkey: key, repo_gpgcheck: 'yes'", "repo_gpgcheck: expected true or false, found 'yes'"),
    ],
)
def test_wrong_keys(tmp_path: Path, repository: str, expected: str) -> None:
    write(tmp_path, "a key", "key")
    (found,) = mistakes(tmp_path, head(f"id: x, baseurl: y, {repository}"))
    assert found.startswith(f"4: repositories[0].{expected}")


SIGNED = "[base]\nbaseurl=/x\ngpgcheck=1\ngpgkey=key\n  https://h.example/$basearch\n"


def test_keys_of_a_repo_file(tmp_path: Path) -> None:
    """A key there is for packages too: it counts where repo_gpgcheck asks for it, there or in the problem."""
    write(tmp_path, "a key", "key")
    write(tmp_path, "a key", "mine")
    write(tmp_path, SIGNED, "x.repo")
    both = (str(tmp_path / "key"), "https://h.example/x86_64")
    assert keys_of(tmp_path, "repo_file: x.repo") == ()
    assert keys_of(tmp_path, "repo_file: x.repo, repo_gpgcheck: true") == both
    assert keys_of(tmp_path, "repo_file: x.repo, gpgkey: mine") == (str(tmp_path / "mine"),)
    write(tmp_path, f"{SIGNED}repo_gpgcheck=1\n", "x.repo")
    assert keys_of(tmp_path, "repo_file: x.repo") == both
    assert keys_of(tmp_path, "repo_file: x.repo, repo_gpgcheck: false") == ()
    assert keys_of(tmp_path, "repo_file: x.repo, gpgkey: mine") == (str(tmp_path / "mine"),)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("[a]\nbaseurl=x\nrepo_gpgcheck=1\n", "x.repo:3: a.repo_gpgcheck: expected gpgkey, the keys"),
        ("[a]\nbaseurl=x\nrepo_gpgcheck=si\n", "x.repo:3: a.repo_gpgcheck: expected 0 or 1, found 'si'"),
        ("[a]\nbaseurl=x\ngpgkey=no\nrepo_gpgcheck=1\n", "x.repo:3: a.gpgkey: expected a readable key file"),
        ("[a]\nbaseurl=x\ngpgkey=http://h/k\nrepo_gpgcheck=1\n", "x.repo:3: a.gpgkey: expected a key file, or a"),
    ],
)
def test_wrong_keys_of_a_repo_file(tmp_path: Path, content: str, expected: str) -> None:
    write(tmp_path, content, "x.repo")
    (found,) = mistakes(tmp_path, head("repo_file: x.repo"))
    assert found.startswith(expected)


@pytest.mark.parametrize("key", ["baseurl", "gpgkey"])
@pytest.mark.parametrize(
    "url", ["http://user:s3cret@[x/?k=t0ken", "ftp://user:s3cret@h/?t0ken", "file://u:s3cret@h/"]
)
def test_a_wrong_url_is_shown_without_its_secrets(key: str, url: str, tmp_path: Path) -> None:
    other = "" if key == "baseurl" else "baseurl: y, "
    (found,) = mistakes(tmp_path, head(f"id: x, {other}{key}: '{url}'"))
    assert found.startswith(f"4: repositories[0].{key}: expected")
    assert "s3cret" not in found
    assert "t0ken" not in found

"""Problem files that were made to hurt: exit code 2 and lines that say where, soon and for little memory."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from optimizer.problem.document import MOST_VALUES
from optimizer.problem.error import SHOWN, ProblemError
from optimizer.problem.file import FILE_LIMIT, read_file
from optimizer.problem.load import load_problem

HEAD = "format: 1\nname: p\narch: x86_64\n"
REPOSITORIES = "repositories:\n  - {id: os, origin: upstream, baseurl: /srv/os}\n"
FEATURES = "features: {required: [bash]}\n"
WHOLE = HEAD + REPOSITORIES + FEATURES

#: Of one child, in bytes and seconds of processor time; a plain problem takes 100 MiB and a fifth of a second.
MEMORY = 1 << 30
SECONDS = 20


def refused(path: Path) -> list[str]:
    """Return the lines that `pkgset solve` prints for a file, in a process that can take only so much."""

    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))

    command = [sys.executable, "-m", "optimizer", "solve", "--no-write", path.name]
    done = subprocess.run(
        command, cwd=path.parent, capture_output=True, text=True, timeout=120, preexec_fn=bound, check=False
    )
    assert (done.returncode, done.stdout) == (2, ""), done.stderr[-2000:]
    assert "internal error" not in done.stderr
    return done.stderr.splitlines()


def laughs(levels: int = 30) -> str:
    """Return the billion laughs: each level names the one before nine times."""
    lines = ['a0: &a0 ["lol"]']
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(lines) + "\n"


#: What is written, and what one of the lines has to say.
TEXTS = {
    "billion laughs": (WHOLE + laughs(), "p.yaml:7: a0: expected a value without an anchor, found the anchor &a0"),
    "an alias of itself": (
        WHOLE + "limits: &a {packages: *a}\n",
        "p.yaml:7: limits.packages: expected a value written out",
    ),
    "a merge key": (
        WHOLE + "policy: &p {missing: stub}\nlimits:\n  <<: *p\n",
        "p.yaml:9: limits['<<']: expected a value written out, found the alias *p",
    ),
    "a tag that makes objects": (
        WHOLE + "limits: !!python/object/apply:os.system [touch owned]\n",
        "p.yaml:7: limits: expected a plain value, found the tag tag:yaml.org,2002:python/object/apply:os.system",
    ),
    "a binary tag": (HEAD + "x: !!binary aGk=\n", "found the tag tag:yaml.org,2002:binary"),
    "a key twice": (WHOLE + "name: q\n", "p.yaml:7: name: expected each key once, found it again (first on line 2)"),
    "deep flow": ("x: " + "[" * 1_000_000, "p.yaml:1: expected at most 32 levels, found deeper nesting"),
    "deep blocks": ("- " * 100_000, "p.yaml:1: expected at most 32 levels, found deeper nesting"),
    "deep keys": ("? " * 100_000, "p.yaml:1: expected at most 32 levels, found deeper nesting"),
    "millions of values": (
        "x: [" + "a," * (FILE_LIMIT // 2 - 10) + "]",
        f"at most {MOST_VALUES} keys and values, found more",
    ),
    "millions of keys": (
        "".join(f"{number}: 1\n" for number in range(800_000)),
        f"p.yaml:{MOST_VALUES // 2}: expected at most {MOST_VALUES} keys and values, found more",
    ),
    "many mistakes": (
        HEAD + REPOSITORIES + "features:\n  required: [" + "-," * 20_000 + "]\n",
        "and 18999 more mistakes",
    ),
    "a huge word": (WHOLE + f"releasever: {'9' * 4_000_000}\n{'k' * 2_000_000}: 1\n", "p.yaml:"),
    "a huge number": (HEAD + f"limits: {{packages: {'9' * 5_000_000}}}\n", "p.yaml:4: limits.packages"),
    "a deep dependency": (
        HEAD + REPOSITORIES + f"features: {{required: ['{'(a and ' * 50_000}b{')' * 50_000}']}}\n",
        "p.yaml:6: features.required[0]: expected",
    ),
    "an endless comment": (WHOLE + "#" * FILE_LIMIT, "p.yaml:1: expected a readable file, found larger than 8 MiB"),
    "NUL": (WHOLE + "x: a\0b\n", "p.yaml:7: expected printable text, found the character U+0000"),
    "a bare CR and bidi": (WHOLE + "\u202ex: 1\n", "p.yaml:7: "),
    "a path out of the mirror": (
        HEAD + "repositories: [{id: ../../etc, origin: upstream, baseurl: /srv/os}]\n" + FEATURES,
        "p.yaml:4: repositories[0].id: expected a name of letters",
    ),
    "a name that is a path": (
        WHOLE.replace("name: p", "name: ../../etc/p"),
        "p.yaml:2: name: expected a name of letters",
    ),
    "a name that is a folder": (WHOLE.replace("name: p", "name: .."), "p.yaml:2: name: expected a name of letters"),
    "extends itself": (
        HEAD + "extends: p.yaml\n",
        "p.yaml:4: extends: expected a file that does not extend this one",
    ),
    "extends what NUL is in": (HEAD + 'extends: "a\\0b"\n', "p.yaml:4: extends: expected"),
    "equivalents NUL": (WHOLE + 'equivalents: "a\\0b"\n', "p.yaml:7: equivalents: expected some text"),
    "previous NUL": (WHOLE + 'previous: "a\\0b"\n', "p.yaml:7: previous: expected some text"),
    "previous of a long name": (WHOLE + f"previous: {'x' * 5000}\n", "p.yaml:7: previous: expected a readable file"),
    "extends a long name": (HEAD + f"extends: {'x' * 5000}\n", "p.yaml:4: extends: expected a readable file"),
    "keys NUL": (
        HEAD
        + 'repositories: [{id: os, origin: upstream, baseurl: /srv, gpgkey: "a\\0b", repo_gpgcheck: true}]\n'
        + FEATURES,
        "p.yaml:4: ",
    ),
    "a baseurl with NUL": (WHOLE.replace("/srv/os", '"/srv/\\0os"'), "p.yaml:5: repositories[0].baseurl: expected"),
}


@pytest.mark.parametrize(("text", "told"), TEXTS.values(), ids=TEXTS.keys())
def test_a_text_that_was_made_to_hurt(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(text, encoding="utf-8")
    lines = refused(path)
    assert any(told in line for line in lines), lines[:5]
    assert len(lines) <= SHOWN + 1
    assert sum(map(len, lines)) < 400 * len(lines)
    assert [entry.name for entry in tmp_path.iterdir()] == ["p.yaml"]


ENCODINGS = {
    "utf-16": ("utf-16", "p.yaml:1: expected UTF-8 text, found byte 0xff"),
    "utf-16 without its mark": ("utf-16-le", "p.yaml:1: expected printable text, found the character U+0000"),
    "utf-32": ("utf-32", "p.yaml:1: expected UTF-8 text, found byte 0xff"),
}


@pytest.mark.parametrize(("encoding", "told"), ENCODINGS.values(), ids=ENCODINGS.keys())
def test_another_encoding_is_named_by_its_first_byte(encoding: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_bytes(WHOLE.encode(encoding))
    assert refused(path) == [told]


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + WHOLE.encode())
    assert load_problem(path).name == "p"


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _zero(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _loop(path: Path) -> None:
    path.symlink_to(path.with_name("other"))
    path.with_name("other").symlink_to(path)


def _endless(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 43)


ODD = {"a pipe": _fifo, "a device": _zero, "a loop of links": _loop, "8 TiB of nothing": _endless}
FOUND = {
    "a pipe": "not a regular file",
    "a device": "not a regular file",
    "a loop of links": "Too many levels of symbolic links",
    "8 TiB of nothing": "larger than",
}
#: Where a file is named from, and what is called so in the line.
NAMED = {
    "extends": (HEAD + "extends: odd\n", "p.yaml:4: extends: "),
    "equivalents": (WHOLE + "equivalents: odd\n", "p.yaml:7: equivalents: "),
    "previous": (WHOLE + "previous: odd\n", "p.yaml:7: previous: "),
    "lock": (WHOLE + "lock: odd\n", "p.yaml:7: lock: "),
    "repo_file": (
        HEAD + "repositories: [{repo_file: odd, origin: upstream}]\n" + FEATURES,
        "p.yaml:4: repositories[0].",
    ),
    "family": ("format: 1\nname: f\nimages: [odd, odd]\n", ""),
}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", ["p.yaml", "p.instance"])
def test_a_problem_that_is_no_plain_file(odd: str, name: str, tmp_path: Path) -> None:
    make: Callable[[Path], None] = ODD[odd]
    make(tmp_path / name)
    (line,) = refused(tmp_path / name)
    assert FOUND[odd] in line or "does not exist" in line or "Too many levels" in line
    assert name in line


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(("text", "told"), NAMED.values(), ids=NAMED.keys())
def test_a_file_that_a_problem_names_and_that_is_none(odd: str, text: str, told: str, tmp_path: Path) -> None:
    ODD[odd](tmp_path / "odd")
    path = tmp_path / "p.yaml"
    path.write_text(text)
    lines = refused(path)
    found = FOUND[odd]
    if "images" in text and not (tmp_path / "odd").is_file():
        found = "expected a readable problem file, found 'odd'"
    assert any(line.startswith(told) and found in line for line in lines), lines


def test_a_file_may_be_as_large_as_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"x" * FILE_LIMIT)
    assert len(read_file(path)) == FILE_LIMIT
    path.write_bytes(b"x" * (FILE_LIMIT + 1))
    with pytest.raises(OSError, match="larger than 8 MiB"):
        read_file(path)


def test_all_mistakes_are_in_the_error_though_not_all_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(HEAD + REPOSITORIES + "features: {required: [" + "-," * 1500 + "]}\n")
    with pytest.raises(ProblemError) as caught:
        load_problem(path)
    assert len(caught.value.mistakes) == 1499  # the first is a name like any other
    assert len(str(caught.value).splitlines()) == SHOWN + 1

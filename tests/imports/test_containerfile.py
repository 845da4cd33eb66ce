"""Containerfiles: the instructions against dockerfile-parse, and what a shell would pass to a package manager."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from dockerfile_parse import DockerfileParser
from hypothesis import given
from hypothesis import strategies as st

from optimizer.imports.containerfile import instructions
from optimizer.imports.error import BadImportError
from optimizer.imports.format import Terms
from optimizer.imports.formats import FORMATS
from optimizer.imports.includes import Includes
from optimizer.imports.request import Request
from optimizer.imports.shell import ShellSyntaxError, commands, substitute
from optimizer.imports.source import Source

_CASES = Path(__file__).parent / "cases" / "containerfile"


def _read(text: str) -> Request:
    return FORMATS["containerfile"].read(
        Source(Path("Containerfile"), text), Terms(Includes.of(Path("Containerfile")))
    )


def _asked(*lines: str) -> list[str]:
    return [word.text for word in _read("\n".join(("FROM x", *lines))).wanted]


@pytest.mark.parametrize("case", ["bootc", "scratch"])
def test_instructions_are_those_that_dockerfile_parse_reads(case: str) -> None:
    content = (_CASES / case / "Containerfile").read_text()
    parser = DockerfileParser(fileobj=io.BytesIO(content.encode()))
    theirs = [(one["instruction"], one["value"].split(), one["startline"] + 1) for one in parser.structure]
    ours = [(one.name, one.text.split(), one.line) for one in instructions(Source(Path("Containerfile"), content))]
    assert ours == [one for one in theirs if one[0] != "COMMENT"]


@pytest.mark.parametrize(
    ("lines", "asked"),
    [
        (["RUN dnf install -y bash sed"], ["bash", "sed"]),
        (["RUN dnf -y install bash \\", "# comment", "", "  sed"], ["bash", "sed"]),
        (["RUN dnf install -y bash;dnf install sed&&echo done"], ["bash", "sed"]),
        (["RUN ''", "RUN dnf install -y '' bash \"\" && '' || dnf install sed"], ["bash", "sed"]),
        (["RUN (dnf install -y bash) || { yum install -y sed; }"], ["bash", "sed"]),
        (["RUN dnf install -y bash > /dev/null 2>&1 < /dev/zero"], ["bash"]),
        (["RUN sudo /usr/bin/dnf5 install --repo base bash"], ["bash"]),
        (["RUN LANG=C dnf install bash"], ["bash"]),
        (["RUN dnf install --setopt tsflags=nodocs -x sed --releasever 9 -c /etc/x bash"], ["bash"]),
        (["RUN dnf install -y -- bash"], ["bash"]),
        (["RUN P='bash sed'; dnf install $P"], ["bash", "sed"]),
        (["ARG P=bash", 'ENV Q="sed $P"', "RUN dnf install $Q"], ["sed", "bash"]),
        (["ENV P bash sed", "RUN dnf install ${P}"], ["bash", "sed"]),
        (["RUN dnf install ${P:-bash} '$P'"], ["bash", "$P"]),
        (["RUN dnf install $(cat list | sort) bash"], ["${...}", "bash"]),
        (["RUN dnf install `cat list` bash"], ["${...}", "bash"]),
        (["RUN if true; then dnf install bash; else dnf install sed; fi"], ["bash", "sed"]),
        (["RUN for p in a b; do dnf install $p; done"], ["$p"]),
        (["RUN microdnf install bash && microdnf clean all"], ["bash"]),
        (["RUN tdnf install -y bash && tdnf remove -y toybox"], ["bash"]),
        (["RUN zypper -n in --no-recommends -r oss bash"], ["bash"]),
        (["RUN zypper in -t pattern base"], ["base"]),
        (["RUN dnf groupinstall -y core && dnf group install web"], ["core", "web"]),
        (["RUN dnf module install -y nodejs:18/minimal"], ["@nodejs:18/minimal"]),
        (["RUN dnf swap -y a b"], ["b"]),
        (["RUN dnf install -y gcc make", "RUN dnf remove -y gcc"], ["make"]),
        (['RUN ["dnf", "install", "it\'s"]'], ["it's"]),
        (['RUN ["/bin/sh", "-ec", "dnf install bash && true"]'], ["bash"]),
        (["RUN <<EOF cat > x", "dnf", "EOF"], []),
        (["RUN <<EOF", "dnf install bash", "dnf install sed", "EOF", "CMD x"], ["bash", "sed"]),
        (["RUN <<'EOF' bash", "dnf install bash", "EOF"], ["bash"]),
        (["run dnf upgrade -y && dnf clean all && rm -rf /var/cache"], []),
        (["RUN echo dnf install bash"], []),
        (["RUN rpm-ostree install tailscale && ostree container commit"], ["tailscale"]),
        (["ONBUILD RUN dnf install bash"], []),
    ],
)
def test_arguments_are_those_a_shell_passes(lines: list[str], asked: list[str]) -> None:
    assert _asked(*lines) == asked


def test_only_the_stages_of_the_image_count() -> None:
    request = _read(
        "FROM a AS base\nRUN dnf install one\nFROM a AS other\nRUN dnf install two\n"
        "RUN dnf --installroot=/r install three\nFROM base\nCOPY --from=1 /r /\nRUN dnf install four\n"
    )
    assert [(word.text, word.at.line) for word in request.wanted] == [("one", 2), ("three", 5), ("four", 8)]
    assert [lost.what for lost in request.lost] == ["two", "FROM a"]


@pytest.mark.parametrize(
    ("lines", "weak"),
    [
        (["RUN dnf install a"], True),
        (["RUN dnf install --setopt=install_weak_deps=False a"], False),
        (["RUN dnf install a --setopt install_weak_deps=0"], False),
        (["RUN zypper in --no-recommends a"], False),
        (["RUN tdnf install a"], False),
        (["RUN dnf install a", "RUN dnf install --setopt=install_weak_deps=no b"], True),
        (["RUN dnf clean all --setopt=install_weak_deps=no", "RUN dnf install b"], True),
    ],
)
def test_weak_dependencies_follow_the_switch(lines: list[str], weak: bool) -> None:
    assert _read("\n".join(("FROM x", *lines))).weak is weak


@pytest.mark.parametrize("text", ["RUN x\n", "FROM x\nNOTHING y\n", "ARG x\n", "FROM x\n[\n"])
def test_what_is_no_containerfile_is_blamed(text: str) -> None:
    with pytest.raises(BadImportError):
        _read(text)


_WORD = st.text("ab-._/$", min_size=1, max_size=4) | st.sampled_from(
    ["$A", "${A}", "${B:-x}", "${A:-x}", "'$A'", '"q r"']
)


@given(st.lists(st.lists(_WORD, min_size=1, max_size=4), min_size=1, max_size=3))
def test_words_are_those_of_a_shell(rows: list[list[str]]) -> None:
    import subprocess

    lines = ["printf '%s\\n' " + " ".join(f"w{word}" for word in row) for row in rows]
    text = "set -f; " + " && ".join(lines)
    done = subprocess.run(["/bin/sh", "-c", text], env={"A": "1 2"}, capture_output=True, text=True, check=False)
    if done.returncode or done.stderr:
        return
    found = [
        word for command in commands(text, {"A": "1 2"}) for word in command.words[2:] if command.words[0] == "printf"
    ]
    known = [word for word in found if "$" not in word]
    if len(known) == len(found):
        assert found == done.stdout.splitlines()


@pytest.mark.parametrize("text", ["'", '"', "a 'b"])
def test_open_quotes_are_an_error(text: str) -> None:
    with pytest.raises(ShellSyntaxError):
        commands(text, {})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$A-$B", "a-$B"),
        ("${A}${B}", "a${B}"),
        ("${B:-b}${B-c}${E:-d}${E-e}", "bcd"),
        ("${A:+x}${E:+x}${B:+x}", "x${B:+x}"),
        ("${A#prefix}", "${A#prefix}"),
    ],
)
def test_variables_that_are_known_are_put_in(text: str, value: str) -> None:
    assert substitute(text, {"A": "a", "E": ""}) == value

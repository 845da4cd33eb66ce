"""Files that nobody meant well: any bytes give a problem that loads, or a place and what was expected there."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from optimizer.imports.error import BadImportError
from optimizer.imports.formats import FORMATS, read_request
from optimizer.imports.problem_text import problem_text, problem_tree
from optimizer.imports.settle import settle
from optimizer.problem.document import read_document
from optimizer.problem.load import load_problem

_NASTY = [
    *("bash", "bash-5.2-1.fc41.x86_64", "glibc.i686", "a b", "@core", "@^env", "@nodejs:18", "-x", "--nocore", ""),
    *("perl(Foo::Bar)", "podman >= 4.1", "(a or b)", "(a", "*", "x*", "$(rm)", "${X}", "`id`", "http://x/y.rpm"),
    *("'", '"', "\\", "#", " # ", ": ", "- ", "{", "}", "[", "]", "&a", "*a", "!!x", "%", "|", ">", "null", "yes"),
    *("1", "1e5", "0x10", "0o7", "1:2", "2024-01-01", "\u202e", "\u2028", "\x07", "\x85", "\x00", "é", "\U0001f600"),
    *("../..", "/etc/passwd", "mirror://x", "https://h/$releasever", "https://h/$x", "file:x", "[x"),
]
_WORD = st.sampled_from(_NASTY) | st.text(max_size=8)
_KEYS = [
    *("packages", "packages_x86_64", "packages-x86_64", "exclude-packages", "include", "repos", "recommends", "ref"),
    *("releasever", "arch", "document", "data", "arch_packages", "groups", "options", "package_placeholders", "rpms"),
    *("rpm_name", "srpm_name", "limit_arches", "dependencies", "contentOrigin", "repofiles", "baseurl", "repoid"),
    *("moduleEnable", "arches", "only", "name", "linux_flavor", "packagelist_file", "hostname", "modules", "version"),
    *("customizations", "repositories", "id", "baseurls", "install_from", "kernel", "context", "variables", "evra"),
]
_TREE = st.recursive(
    _WORD | st.none() | st.booleans() | st.integers(-9, 10**6) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=6),
    max_leaves=15,
)
_LINES = [
    *("%packages", "%packages --nocore --ignoremissing", "%end", "%include x", "%post", "repo --name=x --baseurl=y"),
    *(
        "[Content]",
        "[Match]",
        "[Distribution]",
        "Packages=bash",
        "  continued",
        "Include=x",
        "Release=|41",
        "Packages=",
    ),
    *("FROM x AS y", "FROM y", "ARG A=b", "ENV A=b c='d'", "RUN dnf install -y $A \\", "RUN <<EOF", "EOF", "# c"),
    *('RUN ["dnf", "install", "x"]', "RUN if a; then dnf install b; fi", "COPY --from=y / /", "&& dnf remove x"),
    *("[[packages]]", 'name = "x"', 'version = "1.*"', "<image>", "</image>", "<packages type='image'>", "<comps>"),
    *("<package name='x'/>", "</packages>", "<group>", "<id>x</id>", "<packagereq type='optional'>y</packagereq>"),
]
_TEXT = st.lists(st.sampled_from(_LINES) | _WORD, max_size=12).map("\n".join)
_BYTES = (
    st.binary(max_size=40)
    | _TEXT.map(lambda text: text.encode("utf-8", "replace"))
    | _TREE.map(json.dumps).map(str.encode)
)


def _imports_or_blames(content: bytes, name: str | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "input"
        path.write_bytes(content)
        try:
            imported = settle(read_request(path, name))
        except BadImportError as error:
            assert str(error).startswith(str(path))  # noqa: PT017 - that nothing else is raised is the point
            return
        problem = Path(folder) / "problem.yaml"
        problem.write_text(problem_text(imported))
        loaded = load_problem(problem)
        assert len(loaded.features) == len(imported.required) + len(imported.optional)
        assert read_document("", problem.read_bytes()).value == problem_tree(imported)
        assert all(str(lost).isprintable() for lost in imported.lost)


@settings(max_examples=200, deadline=None)
@given(_BYTES, st.sampled_from([None, *FORMATS]))
@example(b"", None)
@example(b"[" * 50_000, None)
@example(b"{" * 50_000, "rpm-ostree-treefile")
@example(b"a=" + b"[" * 5_000 + b"]" * 5_000, "osbuild-blueprint")
@example(b"<a>" * 50_000, "kiwi")
@example(b"FROM x\nRUN dnf install -y " + b"${A:-" * 5_000, None)
@example(b"FROM x\nRUN dnf install -y " + b"$(" * 5_000, None)
@example(b"x: &a [1]\npackages: *a\n", "rpm-ostree-treefile")
def test_any_bytes_are_a_problem_or_are_blamed(content: bytes, name: str | None) -> None:
    _imports_or_blames(content, name)


@settings(max_examples=300, deadline=None)
@given(_WORD, st.sampled_from(["photon-packages", "rpm-ostree-treefile"]))
def test_any_name_is_kept_or_told(word: str, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "input"
        path.write_text(json.dumps({"packages": [word, "sed"]}))
        imported = settle(read_request(path, name))
    unrelated = sum(lost.why == "not about packages" for lost in imported.lost)
    told = len(imported.required) + len(imported.modules) + len(imported.lost) - unrelated
    assert told > 1 or not word.strip() or word == "sed"


@pytest.mark.parametrize(
    "bomb",
    [
        b"a: &a [x, x]\nb: &b [*a, *a]\npackages: *b\nref: x\n",
        b'<!DOCTYPE image [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><image><packages>&b;</packages></image>',
        b'<!DOCTYPE comps [<!ENTITY a SYSTEM "file:///etc/passwd">]><comps>&a;</comps>',
    ],
)
def test_bombs_are_refused(bomb: bytes, tmp_path: Path) -> None:
    path = tmp_path / "input"
    path.write_bytes(bomb)
    for name in (None, "rpm-ostree-treefile", "kiwi", "comps-group"):
        with pytest.raises(BadImportError):
            read_request(path, name)


def test_nothing_is_run_or_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket
    import subprocess

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("nothing may be run or fetched")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(subprocess, "Popen", refuse)
    kickstart = tmp_path / "input.ks"
    kickstart.write_text(
        "%include http://127.0.0.1:9/x\n%pre\ntouch ran\n%end\n%packages\nbash\n%end\n%post\ntouch ran\n%end\n"
    )
    assert [word.text for word in read_request(kickstart).wanted] == ["core", "bash"]
    container = tmp_path / "Containerfile"
    container.write_text("FROM x\nRUN dnf install -y bash $(touch ran)\nADD https://127.0.0.1:9/x /\n")
    assert [word.text for word in read_request(container).wanted] == ["bash", "${...}"]
    assert not (tmp_path / "ran").exists()

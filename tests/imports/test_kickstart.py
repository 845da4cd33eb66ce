"""Our reading of %packages against pykickstart's, the library of the format's own people."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pykickstart.parser import KickstartParser
from pykickstart.version import F41, makeVersion

from optimizer.imports.format import Terms
from optimizer.imports.formats import FORMATS
from optimizer.imports.includes import Includes
from optimizer.imports.request import Request
from optimizer.imports.source import Source

_ENTRIES = st.sampled_from(
    [
        *("bash", "sed  # a comment", "gawk", "-bash", "-sed", "-gawk", "@core", "@Web Server", "-@core", "@^server"),
        *(
            "@^workstation",
            "-@^server",
            "# only a comment",
            "",
            "  tar",
            "glibc.i686",
            "@tools --optional",
            "@x --nodefaults",
        ),
    ]
)
_OPTIONS = st.lists(
    st.sampled_from(["--nocore", "--exclude-weakdeps", "--ignoremissing", "--excludedocs", "--inst-langs=en"]),
    max_size=3,
    unique=True,
)
_SECTION = st.tuples(_OPTIONS, st.lists(_ENTRIES, max_size=6))


def _read(text: str) -> Request:
    return FORMATS["kickstart"].read(Source(Path("input.ks"), text), Terms(Includes.of(Path("input.ks"))))


def _peer(text: str) -> KickstartParser:
    handler = makeVersion(F41)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        KickstartParser(handler).readKickstartFromString(text)
    return handler


def _agree(text: str) -> None:
    ours, theirs = _read(text), _peer(text).packages
    groups = {word.text.removeprefix("@") for word in ours.wanted if word.group or word.text.startswith("@")}
    expected = {group.name for group in theirs.groupList}
    expected |= set() if theirs.nocore or not theirs.seen else {"core"}
    expected |= {theirs.environment} if theirs.environment else set()
    assert groups == expected
    names = [word for word in ours.wanted if not word.group and not word.text.startswith("@")]
    assert sorted(word.text for word in names) == sorted(theirs.packageList)
    assert sorted(word.text for word in ours.forbidden) == sorted(theirs.excludedList)
    assert ours.weak is not theirs.excludeWeakdeps
    assert all(word.optional is (theirs.handleMissing == 1) for word in names)


@settings(max_examples=100, deadline=None)
@given(st.lists(_SECTION, min_size=1, max_size=3))
def test_packages_are_those_that_pykickstart_reads(sections: list[tuple[list[str], list[str]]]) -> None:
    text = ""
    for options, entries in sections:
        lines = [" ".join(("%packages", *options)), *entries, "%end"]
        text += "\n".join(lines) + "\n"
    _agree(text)


@pytest.mark.parametrize("case", ["live", "minimal", "no-core"])
def test_the_cases_are_read_alike(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(__file__).parent / "cases" / "kickstart" / case
    monkeypatch.chdir(folder)
    text = (folder / "input.ks").read_text().replace("%include /tmp/disk-packages\n", "")
    _agree(text)


def test_repositories_are_those_that_pykickstart_reads() -> None:
    text = "repo --name=a --baseurl=https://x/a\nrepo --name 'b c' --metalink=https://x/b\nurl --url https://x/os\n"
    theirs = _peer(text)
    expected = [(repo.name, repo.baseurl or None) for repo in theirs.repo.repoList] + [("install", theirs.url.url)]
    assert [(one.id, one.baseurls[0] if one.baseurls else None) for one in _read(text).repositories] == expected


def test_a_section_before_there_was_an_end_ends_at_the_next() -> None:
    request = _read("%packages\nbash\n%post\necho\n")
    assert [word.text for word in request.wanted] == ["core", "bash"]
    assert [lost.what for lost in request.lost] == ["%post"]

"""What a resolver is given as one word: spelt in full, refused where it would be read as something else."""

from __future__ import annotations

import gzip
import lzma
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from optimizer.export.format import CannotHoldError
from optimizer.export.request import Wanted
from optimizer.export.words import checked_evr, checked_name, checked_repository, dnf_word, printable, tdnf_word

_DECOMPRESS: dict[str, Callable[[bytes], bytes]] = {".gz": gzip.decompress, ".xz": lzma.decompress}
_FACTS = re.compile(
    rb'<name>([^<]*)</name>\s*<arch>[^<]*</arch>\s*<version epoch="(\d+)" ver="([^"]*)" rel="([^"]*)"'
)


def test_a_word_says_as_much_as_is_asked() -> None:
    assert dnf_word("t", Wanted("bash")) == "bash"
    assert dnf_word("t", Wanted("bash", arch="i686")) == "bash.i686"
    assert dnf_word("t", Wanted("bash", evr="1:5~rc1-2^git")) == "bash-1:5~rc1-2^git"
    assert dnf_word("t", Wanted("bash", "x86_64", "5-2")) == "bash-5-2.x86_64"
    assert tdnf_word("t", Wanted("bash", "x86_64", "1:5-2")) == "bash=1:5-2"
    assert tdnf_word("t", Wanted("bash")) == "bash"


@pytest.mark.parametrize(
    "name", ["", "-x", "--option", "@core", "/bin/sh", "a b", "a*", "a?", "[a]", "a\n", "(a or b)", "ä"]
)
def test_what_is_read_as_something_else_is_refused(name: str) -> None:
    with pytest.raises(CannotHoldError) as caught:
        checked_name("kickstart", name)
    assert (caught.value.target, caught.value.text) == ("kickstart", name)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("evr", ["", "1", "1-", "-1", "x:1-1", "1-1-1", "1 -1", "*-1", "1-1\n"])
def test_a_version_has_two_parts(evr: str) -> None:
    with pytest.raises(CannotHoldError):
        checked_evr("kickstart", evr)


def test_repositories_are_named_as_dnf_allows() -> None:
    assert checked_repository("t", "fedora-40:x86_64.updates") == "fedora-40:x86_64.updates"
    for wrong in ("", "-x", "a/b", "a b", "a]"):
        with pytest.raises(CannotHoldError):
            checked_repository("t", wrong)


def test_what_stands_on_one_line() -> None:
    assert printable("t", "name", "p\u00e4ckchen") == "p\u00e4ckchen"
    for wrong in ("", "a\nb", "a\u202eb", "a\x00"):
        with pytest.raises(CannotHoldError):
            printable("t", "name", wrong)


@pytest.mark.data
def test_no_package_of_the_real_repositories_is_refused(data_directory: Path) -> None:
    counted = 0
    for path in sorted(data_directory.glob("*/repodata/*primary.xml.*")):
        content = _DECOMPRESS[path.suffix](path.read_bytes())
        for name, epoch, version, release in set(_FACTS.findall(content)):
            evr = f"{epoch.decode()}:{version.decode()}-{release.decode()}"
            assert dnf_word("t", Wanted(name.decode(), evr=evr))
            counted += 1
    assert counted > 30_000

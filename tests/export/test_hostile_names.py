"""Names, versions, places and ids out of untrusted metadata: the same come back out of every format, or none."""

from __future__ import annotations

import msgspec
import pytest

from optimizer.answer.manifest import ManifestPackage
from optimizer.export.exported import Exported
from optimizer.export.format import CannotHoldError, Format
from optimizer.export.formats import FORMATS, load_format
from tests.export.making import answer, entry, package
from tests.export.readers import NEVER, READERS, WITHOUT_PACKAGES

HOSTILE = {
    "newline": "evil\nnext",
    "carriage return": "evil\rnext",
    "line separator": "evil\u2028next\x85",
    "nul": "evil\x00next",
    "escape sequence": "evil\x1b[2J",
    "quotes": "evil'\"`next",
    "command": "$(touch /tmp/evil)",
    "variable": "${HOME}",
    "semicolon": "evil; rm -rf /",
    "ampersand": "evil && next",
    "pipe": "evil | sh",
    "markup": "<evil>&amp;</evil>",
    "end of cdata": "]]>--><!--",
    "comment": "# evil",
    "dashes": "a---b--",
    "dollar": "https://example.invalid/$releasever",
    "scheme": "javascript://a\nb",
    "option": "--installroot=/",
    "dash": "-bash",
    "include": "%include /etc/passwd",
    "section": "%end\n%post",
    "instruction": "evil\nENV LD_PRELOAD=/evil.so",
    "continuation": "evil\\\nRUN evil",
    "group": "@core",
    "path": "/etc/passwd",
    "glob": "*",
    "relation": "bash >= 1",
    "rich": "(bash or zsh)",
    "comma": "evil,https://evil.invalid",
    "yaml": "{a: [b, &c !!python/object:os.system]}",
    "yaml norway": "no",
    "number": "1e3",
    "toml": '"""\n[evil]\n',
    "ini section": "]\n[main]\nplugins=1",
    "specifier": "%h%i",
    "bidi": "evil\u202etxt.exe",
    "emoji": "p\u00e4ckchen\U0001f4e6",
    "surrogate pair escape": "\\ud800",
    "empty": "",
}
FORMAT_NAMES = list(FORMATS)


def load(name: str) -> Format:
    found = load_format(name)
    assert isinstance(found, Format)
    return found


def read(name: str, exported: Exported) -> list[str] | None:
    """Return the packages read back, None where the format refuses."""
    try:
        content = load(name).write(exported)
    except CannotHoldError:
        return None
    assert not NEVER.search(content.decode("utf-8"))
    return sorted(READERS[name].packages(content)) if name in READERS else []


def test_every_format_can_be_read_back() -> None:
    assert set(READERS) | WITHOUT_PACKAGES == set(FORMATS), "a new format needs a reader in tests/export/readers.py"


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=list(HOSTILE))
@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_a_package_name(name: str, hostile: str) -> None:
    evil = package("zz", "1-1")
    held = (package("bash", "5-1"), _named(evil, hostile))
    _same(name, held)


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_a_version_an_architecture_a_location_and_a_source(name: str) -> None:
    good = package("bash", "5-1")
    for hostile in HOSTILE.values():
        for field in ("version", "release", "arch", "location", "source"):
            _same(name, (good, _changed(package("zz", "1-1"), **{field: hostile})))


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_a_problem_a_repository_and_its_place(name: str) -> None:
    good = package("bash", "5-1")
    for hostile in filter(None, HOSTILE.values()):
        _same(name, (good,), problem=hostile)
        _same(name, (good, _changed(package("zz", "1-1"), repository=hostile)))
        _same(name, (good,), urls={good.repository: f"https://example.invalid/{hostile}"})


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_a_name_that_is_kept_out(name: str) -> None:
    good = package("bash", "5-1")
    for hostile in HOSTILE.values():
        _same(name, (good,), forbidden=(hostile,))


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_a_diverging_source(name: str) -> None:
    for hostile in HOSTILE.values():
        ours = package("keel", "1-1", origin="downstream", source=f"{hostile}-1-1")
        _same(name, (ours,), entries=(entry(hostile, "downstream", "keel-1-1.x86_64", hostile),))


@pytest.mark.parametrize("name", ["rpm-package-manifest", "rpms-lock", "bazeldnf", "content-resolver-workload"])
def test_formats_of_files_and_names_hold_any_name(name: str) -> None:
    for hostile in HOSTILE.values():
        assert read(name, answer((_named(package("zz", "1-1"), hostile),))) is not None, hostile


def test_plain_names_are_refused_by_none() -> None:
    held = (package("bash", "5-1"), package("gtk+3.0_x", "1:2.3~rc1^git4-1.el9"))
    for name in FORMATS:
        assert read(name, answer(held)) is not None, name


def _named(one: ManifestPackage, name: str) -> ManifestPackage:
    return _changed(one, name=name)


def _changed(one: ManifestPackage, **changes: object) -> ManifestPackage:
    return msgspec.structs.replace(one, **changes)


def _same(name: str, held: tuple[ManifestPackage, ...], **more: object) -> None:
    entries = more.pop("entries", ())
    exported = answer(held, entries, **more)  # type: ignore[arg-type]
    got = read(name, exported)
    if got is None or name not in READERS:
        return
    spelt = sorted(READERS[name].spelling(one) for one in exported.packages)
    left_out = [one for one in load(name).lost(exported) if one.kind == "packages" and one.concerned]
    if left_out:
        spelt = sorted(set(spelt) & set(got))
    assert got == spelt, (held[-1], more)

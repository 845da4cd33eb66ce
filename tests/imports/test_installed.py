"""Package lists: every format seen by its content, what is blamed in a wrong one, and no input that crashes."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from optimizer.answer.listing import ListedPackage, PackageListing
from optimizer.imports.error import BadImportError
from optimizer.imports.installed import LIST_FORMATS, list_format_of, read_listing, read_package_list
from optimizer.imports.source import Source

BASH = ListedPackage(name="bash", evr="5.2.26-3.fc40", arch="x86_64")
MANAGER = ListedPackage(name="NetworkManager", evr="1:1.46.2-1.fc40", arch="x86_64")
SIZED = msgspec.structs.replace(BASH, installed_size=1234)


def _read(text: str, list_format: str | None = None) -> PackageListing:
    return read_listing(Source(Path("list"), text), list_format)


@pytest.mark.parametrize(
    ("list_format", "text", "packages"),
    [
        ("rpm-qa", "bash-5.2.26-3.fc40.x86_64\n", (BASH,)),
        (
            "rpm-qa",
            "gpg-pubkey-a15b79cc-63d04c2c\nbash-5.2.26-3.fc40.x86_64\r\nNetworkManager-1:1.46.2-1.fc40.x86_64",
            (MANAGER, BASH),
        ),
        ("rpm-qa", "bash-5.2.26-3.fc40\n", (msgspec.structs.replace(BASH, arch=None),)),
        ("rpm-columns", "bash (none) 5.2.26 3.fc40 x86_64 1234", (SIZED,)),
        (
            "rpm-columns",
            "gpg-pubkey\t(none)\ta15b79cc\t63d04c2c\t(none)\t0\nbash\t0\t5.2.26\t3.fc40\tx86_64\t1234",
            (SIZED,),
        ),
        ("rpm-columns", "NetworkManager 1 1.46.2 1.fc40 x86_64", (MANAGER,)),
        ("rpm-columns", "bash 5.2.26 3.fc40 x86_64", (BASH,)),
        ("rpm-columns", "bash 5.2.26 3.fc40 x86_64 1234", (SIZED,)),
        ("rpm-columns", "NetworkManager 1:1.46.2-1.fc40 x86_64", (MANAGER,)),
        ("rpm-columns", "bash (none):5.2.26-3.fc40 x86_64 1234", (SIZED,)),
        ("rpm-columns", "bash-5.2.26-3.fc40.x86_64 1234", (SIZED,)),
        (
            "rpm-json",
            '{"Name": "bash", "Version": "5.2.26", "Release": "3.fc40", "Arch": "x86_64", "Size": 1234}',
            (SIZED,),
        ),
        (
            "rpm-json",
            '{"name": "bash", "evr": "0:5.2.26-3.fc40", "arch": "x86_64"}\n{"name": "gpg-pubkey"}\n',
            (BASH,),
        ),
        ("rpm-json", '[{"name": "bash", "evr": "5.2.26-3.fc40", "arch": "x86_64", "size": "1234"}]', (SIZED,)),
        (
            "rpm-ostree-lockfile",
            (
                '{"packages": {"bash": {"evra": "5.2.26-3.fc40.x86_64", "digest": "sha256:00",'
                ' "metadata": {"sourcerpm": "bash"}}, "tzdata": {"evr": "2024b-1.fc41"}}}'
            ),
            (msgspec.structs.replace(BASH, source="bash"), ListedPackage(name="tzdata", evr="2024b-1.fc41")),
        ),
        (
            "mkosi-manifest",
            (
                '{"manifest_version": 1, "config": {}, "packages": [{"type": "rpm", "name": "bash",'
                ' "version": "5.2.26-3.fc40", "architecture": "x86_64", "size": 1234}]}'
            ),
            (SIZED,),
        ),
        ("photon-packages", '{\n\t"packages": ["bash"]}', (ListedPackage(name="bash"),)),
        (
            "photon-packages",
            '{"packages": [{"name": "bash", "version": "5.2.26", "release": "3.fc40", "arch": "x86_64"}]}',
            (BASH,),
        ),
        (
            "manifest",
            (
                '{"format": 1, "problem": "", "packages": [{"name": "NetworkManager", "epoch": 1, "version":"1.46.2",'
                ' "release": "1.fc40", "arch": "x86_64", "installed_size": null, "source": ""}]}'
            ),
            (MANAGER,),
        ),
        ("names", "# a comment\n\nbash\n", (ListedPackage(name="bash"),)),
    ],
)
def test_formats_are_seen_by_content(list_format: str, text: str, packages: tuple[ListedPackage, ...]) -> None:
    listing = _read(text)
    assert (listing.format, listing.packages) == (list_format, packages)
    assert _read(text, list_format) == listing


@pytest.mark.parametrize(
    ("text", "epochs"),
    [
        ("bash-5.2.26-3.fc40.x86_64", False),
        ("bash-5.2.26-3.fc40.x86_64\nNetworkManager-1:1.46.2-1.fc40.x86_64", True),
        ('{"packages": {"bash": {"evr": "1-1"}}}', True),
    ],
)
def test_an_epoch_that_is_not_there_is_0_only_where_the_format_writes_epochs(text: str, epochs: bool) -> None:
    assert _read(text).epochs is epochs


def test_packages_come_sorted_and_once() -> None:
    twice = _read("b-1-1.noarch\na-2-1.i686\na-2-1.aarch64\nb-1-1.noarch")
    assert [(package.name, package.arch) for package in twice.packages] == [
        ("a", "aarch64"),
        ("a", "i686"),
        ("b", "noarch"),
    ]


@pytest.mark.parametrize(
    ("text", "list_format", "words"),
    [
        ("", None, "expected a package list"),
        ("\x00", None, "expected a package list"),
        ("two words\n", None, "expected a package list"),
        ("bash-1-1.x86_64\nnonsense\n", None, "list:2: expected NAME-[EPOCH:]VERSION-RELEASE.ARCH, found 'nonsense'"),
        (
            "bash 1 1 x86_64\nsed 1 x86_64\n",
            None,
            "list:2: expected the 4 columns NAME VERSION RELEASE ARCH, found 3",
        ),
        ("bash 1 1 x86_64\nsed 1 1 x87\n", None, "list:2: expected ARCH (of NAME VERSION RELEASE ARCH), found 'x87'"),
        ("a b c d e f g", "rpm-columns", "list:1: expected columns in one of the orders"),
        ("bash\n-x\n", "names", "list:2: expected a package name, found '-x'"),
        ('{"packages": [\n"bash",\n"a b"]}', None, "list:3: expected a package name, found 'a b'"),
        ('{"packages": []}', None, "expected at least one package"),
        ('{"packages": {"bash": {"evra": "1"}}}', None, "expected [EPOCH:]VERSION-RELEASE.ARCH as evra, found '1'"),
        ('{"packages": {"bash": {"evra": "1-1.noarch", "evr": "1-1"}}}', None, "expected one of evr and evra"),
        ('{"packages": {"bash": 1}}', None, "expected a package name with its evr or evra"),
        ('{"name": "a", "version": "1", "size": -1}', None, "list:1: expected a size in bytes, found -1"),
        ('{"name": "a"}\n{"name": "b", "arch": "x87"}', "rpm-json", "list:2: expected an architecture, found 'x87'"),
        (
            '{"manifest_version": 1, "packages": [{"type": "deb", "name": "a"}]}',
            None,
            "expected packages of type rpm",
        ),
        ("{", None, "list:1: expected JSON"),
        ("[" * 100_000, None, "deep"),
        ("bash", "rpm-qq", "did you mean rpm-qa?"),
    ],
)
def test_a_wrong_list_is_blamed_with_its_line(text: str, list_format: str | None, words: str) -> None:
    with pytest.raises(BadImportError) as caught:
        _read(text, list_format)
    assert words in str(caught.value)


def test_files_are_read_as_utf_8_within_bounds(tmp_path: Path) -> None:
    file = tmp_path / "list"
    file.write_bytes(b"\xef\xbb\xbfbash\n")
    assert read_package_list(file).packages == (ListedPackage(name="bash"),)
    file.write_bytes(b"bash\n\xff\n")
    with pytest.raises(BadImportError, match="list:2: expected UTF-8 text, found byte 0xff"):
        read_package_list(file)
    with pytest.raises(FileNotFoundError):
        read_package_list(tmp_path / "none")


def _hostile() -> st.SearchStrategy[str]:
    leaf = st.sampled_from(["bash", "1-1", "x86_64", "a b", "", "\ud800", -1, 10**30, None, True, 1.5])
    keys = st.sampled_from(["packages", "name", "evr", "evra", "epoch", "version", "arch", "size", "type", "format"])
    value = st.recursive(leaf, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4))
    lines = st.lists(st.lists(st.sampled_from(["bash", "1", "1-1", "x86_64", "(none)", "a-1-1.noarch", "#", "\t"])))
    return st.one_of(
        st.text(max_size=60),
        value.map(json.dumps),
        lines.map(lambda rows: "\n".join(" ".join(row) for row in rows)),
    )


@given(_hostile(), st.sampled_from([None, *LIST_FORMATS]))
@example('{"packages": {"bash": null}}', None)
@example('{"name": "\\ud800"}', None)
@example("1" * 5000, "rpm-json")
@example("a" * 5000 + "-1" * 5000, None)
def test_any_text_is_a_list_or_is_blamed(text: str, list_format: str | None) -> None:
    try:
        listing = _read(text, list_format)
    except BadImportError:
        return
    assert listing.packages
    assert msgspec.json.decode(msgspec.json.encode(listing), type=PackageListing) == listing


@pytest.mark.data
def test_photon_lists_are_read_whole(data_directory: Path) -> None:
    files = sorted((data_directory / "lists").glob("photon-*/*.json"))
    assert len(files) > 20
    for file in files:
        written = json.loads(file.read_text())["packages"]
        names = {package if isinstance(package, str) else package["name"] for package in written}
        listing = read_package_list(file)
        assert {package.name for package in listing.packages} == names, file
        assert list_format_of(Source(file, file.read_text())) == "photon-packages"

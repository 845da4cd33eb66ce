"""repomd.xml: what is read, and what is refused before anything is opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.repository.error import BadRepositoryData
from optimizer.repository.record import Checksum, Record, hash_name, read_repomd
from tests.repository.making import PRIMARY, Part, write_repository

HEAD = '<?xml version="1.0"?>\n'
OPEN = '<repomd xmlns="http://linux.duke.edu/metadata/repo">'


def repomd(
    href: str = "repodata/primary.xml.gz", *, inner: str = "", kind: str = "primary", head: str = HEAD
) -> bytes:
    data = f'<data type="{kind}"><checksum type="SHA256">AB01</checksum><location href="{href}"/>{inner}</data>'
    return f"{head}{OPEN}{data}</repomd>".encode()


def test_all_fields_are_read() -> None:
    inner = (
        '<open-checksum type="sha">0f</open-checksum><size>12</size><open-size>34</open-size>'
        "<timestamp>1700000000.25</timestamp>"
    )
    assert read_repomd(repomd(inner=inner), "r", "l") == (
        Record(
            "primary",
            "repodata/primary.xml.gz",
            Checksum("sha256", "ab01"),
            Checksum("sha", "0f"),
            12,
            34,
            1700000000,
        ),
    )


def test_what_is_not_said_is_none() -> None:
    (record,) = read_repomd(repomd(), "r", "l")
    assert (record.size, record.open_size, record.open_checksum, record.timestamp) == (None, None, None, None)


def test_databases_and_zchunk_are_not_records(tmp_path: Path) -> None:
    parts = [Part("primary_db", b"", href="primary_db"), Part("primary_zck", b"", href="z"), Part("primary", PRIMARY)]
    root = write_repository(tmp_path, parts)
    records = read_repomd((root / "repodata" / "repomd.xml").read_bytes(), "r", "l")
    assert [record.type for record in records] == ["primary"]


@pytest.mark.parametrize(
    "href",
    [
        "",
        "../primary.xml.gz",
        "repodata/../../x",
        "repodata/%2e%2e/%2e%2e/x",
        "/etc/passwd",
        "//host/x",
        "http://host/x",
        "file:///etc/passwd",
        "a\\..\\b",
        "repodata/x?y",
        "repodata/x#y",
        "repodata/%00x",
        ".",
    ],
)
def test_a_location_outside_the_repository_is_refused(href: str) -> None:
    with pytest.raises(BadRepositoryData, match="inside the repository"):
        read_repomd(repomd(href), "r", "l")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no element found"),
        (b"<html/>", "expected repomd, found html"),
        (b'<repomd xmlns="http://other"/>', "expected repomd"),
        (b"<repomd", "unclosed token"),
        (repomd(kind="filelists"), "lists no primary"),
        (repomd(inner="<size>-1</size>"), "size '-1' is not a number"),
        (repomd(inner="<size>1.5</size>"), "size '1.5' is not a number"),
        (repomd(inner=f"<open-size>{'9' * 30}</open-size>"), "is not a number"),
        (repomd().replace(b"AB01", b"xyz!"), "not hexadecimal"),
        (repomd().replace(b"AB01", b""), "no checksum"),
        (repomd(head=f'{HEAD}<!DOCTYPE repomd SYSTEM "x.dtd">'), "document type"),
        (repomd(head=f'{HEAD}<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'), "line 2"),
    ],
)
def test_wrong_files_are_bad_data_that_names_repository_and_file(data: bytes, words: str) -> None:
    with pytest.raises(BadRepositoryData, match=words) as caught:
        read_repomd(data, "base", "/srv/base")
    error = caught.value
    assert (error.repository, error.location, error.file) == ("base", "/srv/base", "repodata/repomd.xml")
    assert str(error).startswith("repository base: /srv/base: repodata/repomd.xml: ")
    assert "\n" not in str(error)
    assert error.exit_code == 65


@pytest.mark.parametrize(
    ("checksum", "name"),
    [
        (Checksum("sha", "0" * 40), "sha1"),
        (Checksum("md5", "0" * 32), "md5"),
        (Checksum("sha512", "0" * 128), "sha512"),
        (Checksum("sha256", "0" * 63), None),
        (Checksum("crc32", "0" * 8), None),
    ],
)
def test_known_checksum_types(checksum: Checksum, name: str | None) -> None:
    assert hash_name(checksum) == name

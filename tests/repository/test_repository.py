"""Local repositories: found, checked, unpacked, and passed over for the next location where they are wrong."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from optimizer.repository.cache import Cache
from optimizer.repository.error import BadRepositoryData, RepositoryError, RepositoryUnreachable
from optimizer.repository.repository import (
    Repository,
    RepositoryKind,
    open_part,
    open_repository,
    part_checksum,
)
from tests.repository.making import COMPRESS, PRIMARY, Part, Warnings, create_repository, source, write_repository


def opened(*locations: object, mirror: Path | None = None, progress: Warnings | None = None) -> Repository:
    return open_repository(source(*locations), mirror=mirror, cache=Cache(), progress=progress or Warnings())


def content(repository: Repository, kind: str = "primary") -> bytes | None:
    file = open_part(repository, kind)
    if file is None:
        return None
    with file:
        assert file.tell() == 0
        assert os.lseek(file.fileno(), 0, os.SEEK_CUR) == 0, "the C library reads the descriptor"
        data = os.read(file.fileno(), 1 << 24)
        assert file.read() == b""
        return data


@pytest.mark.parametrize("suffix", COMPRESS)
def test_every_compression(suffix: str, tmp_path: Path) -> None:
    root = write_repository(tmp_path, [Part("primary", PRIMARY, suffix), Part("filelists", b"<f/>", suffix)])
    repository = opened(root)
    assert (repository.kind, repository.location) == (RepositoryKind.RPM_MD, str(root))
    assert content(repository) == PRIMARY
    assert content(repository, "filelists") == b"<f/>"


@pytest.mark.parametrize("algorithm", ["md5", "sha", "sha1", "sha256", "sha512"])
def test_every_checksum_type(algorithm: str, tmp_path: Path) -> None:
    repository = opened(write_repository(tmp_path, [Part("primary", PRIMARY, algorithm=algorithm)]))
    assert content(repository) == PRIMARY
    assert str(part_checksum(repository, "primary")).startswith(f"{algorithm}:")


def test_what_createrepo_c_writes(tmp_path: Path) -> None:
    root = create_repository(tmp_path / "it", [("bash-0:5.2-1.x86_64", ("sh",))], {"modules": b"--- {}\n"})
    repository = opened(root)
    primary = content(repository)
    assert primary is not None
    assert b"<name>bash</name>" in primary
    assert content(repository, "modules") == b"--- {}\n"


def test_file_urls_and_escapes(tmp_path: Path) -> None:
    root = write_repository(tmp_path / "a b", [Part("primary", PRIMARY)])
    assert content(opened(f"file://{tmp_path}/a%20b")) == PRIMARY
    assert opened(f"file://localhost{tmp_path}/a%20b").location == str(root)
    with pytest.raises(RepositoryUnreachable, match="another host"):
        opened(f"file://elsewhere{root}")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (Part("primary", PRIMARY, digest="0" * 64), "wrong checksum: expected sha256:0000"),
        (Part("primary", PRIMARY, algorithm="crc32"), "checksum of no known type"),
        (Part("primary", PRIMARY, size=7), "wrong size: expected 7 bytes"),
        (Part("primary", PRIMARY, open_size=7), "at most 7 decompressed bytes"),
        (Part("primary", PRIMARY, open_size=7000), "wrong decompressed size: expected 7000 bytes"),
        (Part("primary", PRIMARY, "", href="repodata/primary.xml.xz"), "expected xz data, found uncompressed data"),
    ],
)
@pytest.mark.parametrize("kind", ["primary", "filelists"])
def test_a_part_that_is_wrong_is_bad_data(kind: str, wrong: Part, words: str, tmp_path: Path) -> None:
    part = Part(
        kind, wrong.content, wrong.suffix, wrong.algorithm, wrong.digest, wrong.size, wrong.open_size, wrong.href
    )
    others = [] if kind == "primary" else [Part("primary", PRIMARY)]
    repository = opened(write_repository(tmp_path, [part, *others]))
    with pytest.raises(BadRepositoryData, match=words) as caught:
        open_part(repository, kind)
    error = caught.value
    assert error.file is not None
    assert error.file.startswith("repodata/")
    assert str(error).startswith(f"repository test: {tmp_path}: {error.file}: ")
    assert "\n" not in str(error)


def test_a_part_cut_short_is_bad_data(tmp_path: Path) -> None:
    root = write_repository(tmp_path, [Part("primary", PRIMARY)])
    path = root / "repodata" / "primary.xml.gz"
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(BadRepositoryData, match="wrong size"):
        open_part(opened(root), "primary")


def test_a_part_changed_in_place_is_bad_data(tmp_path: Path) -> None:
    root = write_repository(tmp_path, [Part("primary", PRIMARY, "")])
    path = root / "repodata" / "primary.xml"
    path.write_bytes(path.read_bytes().replace(b"packages", b"packageZ"))
    with pytest.raises(BadRepositoryData, match="wrong checksum"):
        open_part(opened(root), "primary")


def test_what_expands_beyond_its_announcement_is_stopped_on_the_way(tmp_path: Path) -> None:
    part = Part("primary", bytes(64 << 20), open_size=1000)
    with pytest.raises(BadRepositoryData, match="at most 1000 decompressed bytes, found more"):
        open_part(opened(write_repository(tmp_path, [part])), "primary")


def test_a_missing_optional_part_is_a_warning(tmp_path: Path) -> None:
    progress = Warnings()
    parts = [Part("primary", PRIMARY), Part("filelists", b"", written=False)]
    repository = opened(write_repository(tmp_path, parts), progress=progress)
    assert content(repository, "filelists") is None
    (warning,) = progress.texts
    assert "repodata/filelists.xml.gz: No such file or directory; going on without filelists" in warning
    assert content(repository, "modules") is None
    assert part_checksum(repository, "modules") is None
    assert len(progress.texts) == 1, "what is not listed is not missed"


def test_a_missing_primary_is_unreachable(tmp_path: Path) -> None:
    repository = opened(write_repository(tmp_path, [Part("primary", PRIMARY, written=False)]))
    with pytest.raises(RepositoryUnreachable) as caught:
        open_part(repository, "primary")
    assert caught.value.exit_code == 66


@pytest.mark.parametrize("there", [("group",), ("group_gz",), ("group", "group_gz")])
def test_whichever_group_file_exists_is_taken(there: tuple[str, ...], tmp_path: Path) -> None:
    progress = Warnings()
    suffixes = {"group": "", "group_gz": ".gz"}
    groups = [Part(kind, b"<comps/>", suffix, written=kind in there) for kind, suffix in suffixes.items()]
    repository = opened(write_repository(tmp_path, [Part("primary", PRIMARY), *groups]), progress=progress)
    assert content(repository, "group") == b"<comps/>"
    assert progress.texts == []


def test_other_parts_are_never_opened(tmp_path: Path) -> None:
    other = Part("updateinfo", b"", algorithm="crc32", written=False)
    progress = Warnings()
    assert (
        content(opened(write_repository(tmp_path, [other, Part("primary", PRIMARY)]), progress=progress)) == PRIMARY
    )
    assert progress.texts == []


def test_nowhere_is_unreachable_and_names_the_place(tmp_path: Path) -> None:
    with pytest.raises(RepositoryUnreachable) as caught:
        opened(tmp_path / "nowhere")
    expected = f"repository test: {tmp_path / 'nowhere'}: repodata/repomd.xml: No such file or directory"
    assert str(caught.value) == expected
    with pytest.raises(RepositoryUnreachable, match="no location"):
        opened()
    with pytest.raises(RepositoryUnreachable, match="ftp://host/x"):
        opened("ftp://host/x")


def test_a_pipe_is_no_repository(tmp_path: Path) -> None:
    (tmp_path / "repodata").mkdir()
    os.mkfifo(tmp_path / "repodata" / "repomd.xml")
    with pytest.raises(RepositoryUnreachable, match="not a regular file"):
        opened(tmp_path)


def test_the_next_location_is_asked_one_warning_each(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    (broken / "repodata").mkdir(parents=True)
    (broken / "repodata" / "repomd.xml").write_text("<html>Please log in</html>")
    good = write_repository(tmp_path / "good", [Part("primary", PRIMARY)])
    progress = Warnings()
    repository = opened("ftp://x", tmp_path / "nowhere", broken, good, progress=progress)
    assert repository.location == str(good)
    assert len(progress.texts) == 3
    assert all("\n" not in text for text in progress.texts)


def test_bad_data_anywhere_outweighs_nothing_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "repodata").mkdir()
    (tmp_path / "repodata" / "repomd.xml").write_text("<html/>")
    with pytest.raises(BadRepositoryData):
        opened(tmp_path, tmp_path / "nowhere")


def test_a_part_wrong_in_one_mirror_comes_from_the_next(tmp_path: Path) -> None:
    first = write_repository(tmp_path / "first", [Part("primary", PRIMARY), Part("filelists", b"<f/>")])
    second = shutil.copytree(first, tmp_path / "second")
    damaged = first / "repodata" / "primary.xml.gz"
    damaged.write_bytes(bytes(len(damaged.read_bytes())))
    (first / "repodata" / "filelists.xml.gz").unlink()
    progress = Warnings()
    repository = opened(first, second, progress=progress)
    assert repository.location == str(first)
    assert content(repository) == PRIMARY
    assert content(repository, "filelists") == b"<f/>"
    (warning,) = progress.texts
    assert warning.startswith(f"repository test: {first}: repodata/primary.xml.gz: wrong checksum")
    assert warning.endswith("; trying the next location")


def test_a_mirror_in_the_middle_of_its_update_is_passed_over(tmp_path: Path) -> None:
    half = write_repository(tmp_path / "half", [Part("primary", PRIMARY + b"<!-- new -->", written=False)])
    whole = write_repository(tmp_path / "whole", [Part("primary", PRIMARY)])
    progress = Warnings()
    repository = opened(half, whole, progress=progress)
    assert repository.location == str(whole)
    assert content(repository) == PRIMARY
    assert len(progress.texts) == 1


def test_the_mirror_directory_comes_first_where_it_has_the_repository(tmp_path: Path) -> None:
    problem = write_repository(tmp_path / "problem", [Part("primary", PRIMARY)])
    mirrored = write_repository(tmp_path / "mirror" / "test", [Part("primary", PRIMARY)])
    assert opened(problem, mirror=tmp_path / "mirror").location == str(mirrored)
    assert opened(problem, mirror=tmp_path / "empty").location == str(problem)
    assert opened("http://127.0.0.1:9/never", mirror=tmp_path / "mirror").location == str(mirrored)


def test_an_id_does_not_lead_out_of_the_mirror(tmp_path: Path) -> None:
    write_repository(tmp_path / "outside", [Part("primary", PRIMARY)])
    (tmp_path / "mirror").mkdir()
    asked = source(identity="../outside")
    with pytest.raises(RepositoryUnreachable):
        open_repository(asked, mirror=tmp_path / "mirror", cache=Cache(), progress=Warnings())


def test_a_solv_file_is_a_repository_of_one_part(tmp_path: Path) -> None:
    path = tmp_path / "mirror" / "test" / "x86_64.solv"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"SOLV....")
    for repository in (opened(path), opened(f"file://{path}"), opened(mirror=tmp_path / "mirror")):
        assert repository.kind is RepositoryKind.SOLV
        assert repository.location == str(path)
        assert content(repository, "solv") == b"SOLV...."
        assert content(repository, "primary") is None
        assert part_checksum(repository, "solv") == repository.checksum
    path.with_name("second.solv").write_bytes(b"")
    with pytest.raises(RepositoryUnreachable):
        opened(mirror=tmp_path / "mirror")


def test_a_solv_file_changed_after_it_was_opened_is_bad_data(tmp_path: Path) -> None:
    path = tmp_path / "x.solv"
    path.write_bytes(b"SOLV1")
    repository = opened(path)
    path.write_bytes(b"SOLV2")
    with pytest.raises(BadRepositoryData):
        open_part(repository, "solv")


def test_the_checksum_is_of_the_repomd(tmp_path: Path) -> None:
    first = opened(write_repository(tmp_path / "a", [Part("primary", PRIMARY)]))
    same = opened(write_repository(tmp_path / "b", [Part("primary", PRIMARY)]))
    other = opened(write_repository(tmp_path / "c", [Part("primary", PRIMARY + b" ")]))
    assert first.checksum == same.checksum != other.checksum
    assert first.checksum.startswith("sha256:")


@pytest.mark.data
def test_every_repository_of_the_data_directory_opens_and_verifies(data_directory: Path) -> None:
    progress = Warnings()
    identities = sorted(path.name for path in data_directory.iterdir() if path.is_dir() and path.name != "lists")
    assert len(identities) >= 20
    for identity in identities:
        repository = open_repository(
            source(identity=identity), mirror=data_directory, cache=Cache(), progress=progress
        )
        for record in repository.records:
            file = open_part(repository, record.type)
            assert file is not None, f"{identity}: {record.type}"
            file.close()
    assert progress.texts == []


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            RepositoryError("a", "/b", "wrong", file="c", expected="1", found="2"),
            "repository a: /b: c: wrong: expected 1, found 2",
        ),
        (RepositoryError("a", "/b", "wrong", found="2"), "repository a: /b: wrong: found 2"),
        (RepositoryError("", "", "two\nlines"), "two lines"),
    ],
)
def test_an_error_is_one_line(error: RepositoryError, words: str) -> None:
    assert str(error) == words


def test_the_url_that_a_problem_has_is_kept_whatever_was_read(tmp_path: Path) -> None:
    write_repository(tmp_path / "mirror" / "test", [Part("primary", PRIMARY)])

    def baseurl(*locations: object) -> str | None:
        return opened(*locations, mirror=tmp_path / "mirror").baseurl

    assert baseurl("https://far.invalid/os/", "https://farther.invalid/os/") == "https://far.invalid/os/"
    assert baseurl(tmp_path / "here", "http://me:secret@far.invalid/os?token=secret") == "http://far.invalid/os"
    assert baseurl("https://far.invalid/a/it.solv") == "https://far.invalid/a"
    assert baseurl(tmp_path / "here", f"file://{tmp_path}/there") is None
    assert baseurl("https://[broken/os") is None

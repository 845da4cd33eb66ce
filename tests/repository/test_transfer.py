"""Repositories over http: what is fetched and kept, and every way a server can fail."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from optimizer.repository import transfer
from optimizer.repository.cache import Cache
from optimizer.repository.error import BadRepositoryData, RepositoryUnreachable
from optimizer.repository.repository import Repository, RepositoryKind, open_part, open_repository
from tests.repository.making import PRIMARY, Part, Warnings, source, write_repository
from tests.repository.serving import Web, send, send_with, serve, serve_with_nginx, silence, status

REPOMD = "/repodata/repomd.xml"
PRIMARY_FILE = "/repodata/primary.xml.gz"


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "BACK_OFF_S", 0.001)
    monkeypatch.setattr(transfer, "LONGEST_WAIT_S", 0.05)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_repository(tmp_path / "root", [Part("primary", PRIMARY), Part("filelists", b"<f/>")])


@pytest.fixture
def web(root: Path) -> Iterator[Web]:
    with serve(root) as web:
        yield web


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def opened(cache: Cache, *locations: str, progress: Warnings | None = None) -> Repository:
    return open_repository(source(*locations), mirror=None, cache=cache, progress=progress or Warnings())


def content(repository: Repository, kind: str = "primary") -> bytes:
    file = open_part(repository, kind)
    assert file is not None
    with file:
        return file.read()


def test_parts_are_fetched_when_opened_and_kept(web: Web, cache: Cache) -> None:
    progress = Warnings()
    repository = opened(cache, f"{web.url}/", progress=progress)
    assert web.asked == [f"GET {REPOMD}"]
    assert content(repository) == PRIMARY
    assert content(opened(cache, web.url)) == PRIMARY
    assert web.asked == [f"GET {REPOMD}", f"GET {PRIMARY_FILE}", f"GET {REPOMD}"]
    assert [entry.kind for entry in cache.entries()] == ["part"]
    size = (web.root / PRIMARY_FILE[1:]).stat().st_size
    assert progress.stages[1] == ("download primary.xml.gz", size)
    assert progress.finished == len(progress.stages) == 2
    assert progress.texts == []


def test_the_request_says_who_asks_and_wants_the_bytes_as_they_are(web: Web, cache: Cache) -> None:
    opened(cache, web.url)
    assert web.headers[0]["User-Agent"].startswith("pkgset/")
    assert web.headers[0]["Accept-Encoding"] == "identity"


def test_a_damaged_cached_part_is_fetched_again(web: Web, cache: Cache) -> None:
    repository = opened(cache, web.url)
    assert content(repository) == PRIMARY
    (entry,) = cache.entries()
    entry.path.write_bytes(b"damaged")
    assert content(repository) == PRIMARY
    assert web.asked.count(f"GET {PRIMARY_FILE}") == 2
    assert content(repository) == PRIMARY
    assert web.asked.count(f"GET {PRIMARY_FILE}") == 2


def test_work_goes_on_without_a_cache(web: Web) -> None:
    progress = Warnings()
    cache = Cache(Path("/proc/pkgset"), progress)
    repository = opened(cache, web.url, progress=progress)
    assert content(repository) == PRIMARY
    assert content(repository, "filelists") == b"<f/>"
    assert len(progress.texts) == 1


def test_a_cached_repomd_does_not_make_an_unreachable_server_reachable(root: Path, cache: Cache) -> None:
    with serve(root) as web:
        url = web.url
        assert content(opened(cache, url)) == PRIMARY
    with pytest.raises(RepositoryUnreachable, match="refused") as caught:
        opened(cache, url)
    assert caught.value.exit_code == 66


@pytest.mark.parametrize("code", [404, 403, 500])
def test_a_refusal_is_not_asked_again(code: int, web: Web, cache: Cache) -> None:
    web.answers[REPOMD] = [status(code)]
    with pytest.raises(RepositoryUnreachable, match=f"{REPOMD[1:]}: {code} ") as caught:
        opened(cache, web.url)
    assert str(caught.value).startswith(f"repository test: {web.url}: ")
    assert len(web.asked) == 1


@pytest.mark.parametrize("code", [429, 502, 503])
def test_a_busy_server_is_asked_again_as_it_says(code: int, web: Web, cache: Cache) -> None:
    web.answers[REPOMD] = [status(code, Retry_After="3600"), status(code)]
    start = time.monotonic()
    assert content(opened(cache, web.url)) == PRIMARY
    assert 0.05 <= time.monotonic() - start < 5
    assert web.asked.count(f"GET {REPOMD}") == 3


def test_a_server_that_stays_busy_is_unreachable(web: Web, cache: Cache) -> None:
    web.answers[REPOMD] = [status(503, Retry_After="1")] * 20
    with pytest.raises(RepositoryUnreachable, match="503 Service Unavailable"):
        opened(cache, web.url)
    assert len(web.asked) == transfer.ATTEMPTS


def test_a_body_that_breaks_off_is_asked_for_again(web: Web, cache: Cache) -> None:
    whole = (web.root / PRIMARY_FILE[1:]).read_bytes()
    web.answers[PRIMARY_FILE] = [send(whole[:20], announced=len(whole))]
    assert content(opened(cache, web.url)) == PRIMARY
    assert web.asked.count(f"GET {PRIMARY_FILE}") == 2


def test_nothing_of_a_broken_body_stays(web: Web, cache: Cache) -> None:
    web.answers[REPOMD] = [send(b"<" * 5000, announced=9000)]
    assert content(opened(cache, web.url)) == PRIMARY


def test_a_length_that_is_not_said_is_bounded_all_the_same(web: Web, cache: Cache) -> None:
    web.answers[PRIMARY_FILE] = [send_with(bytes(1 << 20))]
    with pytest.raises(BadRepositoryData, match=r"too large: expected at most .*found more than"):
        open_part(opened(cache, web.url), "primary")


def test_a_server_that_calls_a_packed_file_encoded_does_not_unpack_it(web: Web, cache: Cache) -> None:
    whole = (web.root / PRIMARY_FILE[1:]).read_bytes()
    web.answers[PRIMARY_FILE] = [send_with(whole, Content_Encoding="gzip")]
    assert content(opened(cache, web.url)) == PRIMARY


def test_a_body_that_always_breaks_off_is_unreachable_and_leaves_nothing(web: Web, cache: Cache) -> None:
    web.answers[PRIMARY_FILE] = [send(b"x", announced=50)] * 20
    repository = opened(cache, web.url)
    with pytest.raises(RepositoryUnreachable):
        open_part(repository, "primary")
    assert web.asked.count(f"GET {PRIMARY_FILE}") == transfer.ATTEMPTS
    assert [path for path in cache.directory.rglob("*") if path.is_file()] == []


def test_a_part_that_does_not_match_is_bad_data_and_is_not_kept(web: Web, cache: Cache) -> None:
    size = (web.root / PRIMARY_FILE[1:]).stat().st_size
    web.answers[PRIMARY_FILE] = [send(bytes(size))]
    repository = opened(cache, web.url)
    with pytest.raises(BadRepositoryData, match="wrong checksum"):
        open_part(repository, "primary")
    assert cache.entries() == ()


@pytest.mark.parametrize("announced", [None, 10**15])
def test_more_than_announced_is_not_taken(announced: int | None, web: Web, cache: Cache) -> None:
    web.answers[PRIMARY_FILE] = [send(bytes(1 << 20), announced=announced)]
    with pytest.raises(BadRepositoryData, match="too large"):
        open_part(opened(cache, web.url), "primary")


def test_a_silent_server_is_unreachable(web: Web, cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "READ_TIMEOUT_S", 0.05)
    web.answers[REPOMD] = [silence(0.3)] * 20
    with pytest.raises(RepositoryUnreachable, match="timed out"):
        opened(cache, web.url)


def test_a_redirect_is_followed(web: Web, cache: Cache) -> None:
    web.answers["/old/repodata/repomd.xml"] = [status(302, Location=f"{web.url}{REPOMD}")]
    repository = opened(cache, f"{web.url}/old")
    assert repository.location == f"{web.url}/old"


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "//", "/old/repodata/repomd.xml"])
def test_a_redirect_leads_to_web_servers_only_and_to_an_end(target: str, web: Web, cache: Cache) -> None:
    web.answers["/old/repodata/repomd.xml"] = [status(302, Location=target)] * 20
    with pytest.raises(RepositoryUnreachable):
        opened(cache, f"{web.url}/old")


def test_mirrors_take_over_for_repomd_and_for_parts(web: Web, root: Path, cache: Cache) -> None:
    progress = Warnings()
    with serve(root) as second:
        web.answers[REPOMD] = [status(404)]
        assert opened(cache, web.url, second.url, progress=progress).location == second.url
        assert len(progress.texts) == 1
        web.answers["/repodata/filelists.xml.gz"] = [status(404)]
        repository = opened(cache, web.url, second.url, progress=progress)
        assert repository.location == web.url
        assert content(repository, "filelists") == b"<f/>"
    assert len(progress.texts) == 1


def test_a_mirror_that_lacks_its_primary_is_passed_over(web: Web, root: Path, cache: Cache, tmp_path: Path) -> None:
    other = write_repository(tmp_path / "other", [Part("primary", PRIMARY + b"<!-- older -->")])
    web.answers[PRIMARY_FILE] = [status(404)] * 3
    with serve(other) as second:
        assert opened(cache, web.url, second.url).location == second.url
    assert f"HEAD {PRIMARY_FILE}" in web.asked


def test_passwords_are_sent_but_never_shown(web: Web, cache: Cache) -> None:
    secret = web.url.replace("http://", "http://user:s3cret@") + "?token=t0ken"
    repository = opened(cache, secret)
    assert content(repository) == PRIMARY
    assert web.headers[0]["Authorization"] == "Basic dXNlcjpzM2NyZXQ="
    assert web.asked[0] == f"GET {REPOMD}?token=t0ken"
    assert repository.location == web.url
    web.answers[REPOMD] = [status(404)]
    with pytest.raises(RepositoryUnreachable) as caught:
        opened(cache, secret)
    shown = f"{caught.value}{caught.value.args}{caught.value.__cause__}{repository!r}"
    assert "s3cret" not in shown
    assert "t0ken" not in shown


def test_a_solv_url(web: Web, cache: Cache) -> None:
    (web.root / "x86_64.solv").write_bytes(b"SOLV....")
    repository = opened(cache, f"{web.url}/x86_64.solv")
    assert (repository.kind, repository.location) == (RepositoryKind.SOLV, f"{web.url}/x86_64.solv")
    assert content(repository, "solv") == content(repository, "solv") == b"SOLV...."
    assert web.asked == ["GET /x86_64.solv"] * 2, "once for its checksum, once to keep"


def test_no_host_of_that_name(cache: Cache) -> None:
    for url in ("http://no-such-host.invalid/", "http://[broken/", "http://127.0.0.1:99999/"):
        with pytest.raises(RepositoryUnreachable):
            opened(cache, url)


def test_the_systems_proxy_is_used(web: Web, cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", web.url)
    web.answers["http://mirror.invalid/repodata/repomd.xml"] = [send((web.root / REPOMD[1:]).read_bytes())]
    assert opened(cache, "http://mirror.invalid").id == "test"
    monkeypatch.setenv("no_proxy", "mirror.invalid")
    with pytest.raises(RepositoryUnreachable):
        opened(cache, "http://mirror.invalid")
    assert len(web.asked) == 1


def test_a_certificate_nobody_signed_is_not_accepted(web: Web, cache: Cache) -> None:
    with pytest.raises(RepositoryUnreachable) as caught:
        opened(cache, web.url.replace("http://", "https://"))
    assert web.asked == []
    assert "SSL" in str(caught.value).upper() or "wrong version" in str(caught.value)


def test_the_network_library_is_loaded_for_the_network_only() -> None:
    program = (
        "import sys; from optimizer.repository import comps, modules, repository; "
        "heavy = {'urllib3', 'libcomps', 'yaml', 'zstandard', 'solv', 'platformdirs'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.tool("nginx")
def test_nginx(root: Path, cache: Cache, tool: Callable[[str], Path], tmp_path: Path) -> None:
    work = tmp_path / "nginx"
    work.mkdir()
    with serve_with_nginx(tool("nginx"), root, work) as url:
        assert content(opened(cache, url)) == PRIMARY
        cache.clear()
        assert content(opened(cache, f"{url}/moved/"), "filelists") == b"<f/>"
        progress = Warnings()
        assert opened(cache, f"{url}/gone", f"{url}/busy", f"{url}/loop", url, progress=progress).location == url
        assert ["404 Not Found" in progress.texts[0], "503 Service" in progress.texts[1]] == [True, True]
        assert "too many redirects" in progress.texts[2]

"""Servers that lie, lead astray, drip or flood: contained, told in one line, and never given a password."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from optimizer.repository import transfer
from optimizer.repository.cache import Cache
from optimizer.repository.error import BadRepositoryData, RepositoryError, RepositoryUnreachable
from optimizer.repository.repository import Repository, open_part, open_repository
from tests.repository.making import PRIMARY, Part, Warnings, source, write_repository
from tests.repository.serving import Web, drip, send, serve, status

REPOMD = "/repodata/repomd.xml"


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(transfer, "BACK_OFF_S", 0.001)
    monkeypatch.setattr(transfer, "LONGEST_WAIT_S", 0.05)
    # A pool keeps the certificates it was made with.
    transfer._pool.cache_clear()
    yield
    transfer._pool.cache_clear()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_repository(tmp_path / "root", [Part("primary", PRIMARY)])


@pytest.fixture
def web(root: Path) -> Iterator[Web]:
    with serve(root) as web:
        yield web


Certify = Callable[..., Path]


@pytest.fixture
def certify(tool: Callable[[str], Path], tmp_path: Path) -> Certify:
    """Return a function that makes a self-signed certificate with its key in one file."""

    def make(*, name: str = "IP:127.0.0.1", days: int = 2) -> Path:
        path = tmp_path / f"{name.replace(':', '-')}{days}.pem"
        options = ["-newkey", "rsa:2048", "-nodes", "-subj", "/CN=test", "-addext", f"subjectAltName={name}"]
        times = ["-days", str(days)]
        command = [
            str(tool("openssl")),
            "req",
            "-x509",
            *options,
            *times,
            "-keyout",
            str(path),
            "-out",
            f"{path}.crt",
        ]
        subprocess.run(command, check=True, capture_output=True)
        path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
        return path

    return make


def opened(cache: Path, *locations: str, progress: Warnings | None = None) -> Repository:
    return open_repository(source(*locations), mirror=None, cache=Cache(cache), progress=progress or Warnings())


def content(repository: Repository) -> bytes:
    file = open_part(repository, "primary")
    assert file is not None
    with file:
        return file.read()


def test_a_self_signed_server_is_refused(root: Path, certify: Certify, tmp_path: Path) -> None:
    with serve(root, certify()) as web:
        with pytest.raises(
            RepositoryUnreachable, match=r"certificate verify failed: self.signed certificate"
        ) as caught:
            opened(tmp_path / "cache", web.url)
        assert web.asked == []
    assert caught.value.exit_code == 66
    assert "\n" not in str(caught.value)


def test_a_trusted_certificate_is_accepted_and_one_for_another_name_is_not(
    root: Path, certify: Certify, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system's trust, SSL_CERT_FILE included, decides: without this test the one above could fail for nothing."""
    good, other = certify(), certify(name="DNS:elsewhere.test")
    monkeypatch.setenv("SSL_CERT_FILE", str(good))
    with serve(root, good) as web:
        assert content(opened(tmp_path / "cache", web.url)) == PRIMARY
    transfer._pool.cache_clear()
    monkeypatch.setenv("SSL_CERT_FILE", str(other))
    with serve(root, other) as web:
        with pytest.raises(RepositoryUnreachable, match=r"127\.0\.0\.1"):
            opened(tmp_path / "cache", web.url)
        assert web.asked == []


def test_a_redirect_from_https_to_http_is_refused(
    web: Web, root: Path, certify: Certify, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = certify()
    monkeypatch.setenv("SSL_CERT_FILE", str(good))
    with serve(root, good) as safe:
        safe.answers[REPOMD] = [status(302, Location=f"{web.url}{REPOMD}")]
        with pytest.raises(RepositoryUnreachable, match=r"a redirect from https to http$"):
            opened(tmp_path / "cache", safe.url)
        assert web.asked == []
        web.answers[REPOMD] = [status(301, Location=f"{safe.url}{REPOMD}")]
        assert opened(tmp_path / "cache", web.url).location == web.url


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "gopher://127.0.0.1/",
        "data:text/xml,x",
        "javascript:1",
        "//",
        "http:",
        "http://[::1",
        "http://127.0.0.1:99999/",
        "\\\\host\\x",
    ],
)
def test_where_a_redirect_may_not_lead(target: str, web: Web, tmp_path: Path) -> None:
    web.answers["/old/repodata/repomd.xml"] = [status(302, Location=target)]
    with pytest.raises(RepositoryUnreachable):
        opened(tmp_path / "cache", f"{web.url}/old")
    assert len(web.asked) <= 2, "at most the redirect, read as a path of this server"


def test_redirects_come_to_an_end(web: Web, tmp_path: Path) -> None:
    web.answers["/old/repodata/repomd.xml"] = [status(302, Location="/old/repodata/repomd.xml")] * 50
    with pytest.raises(RepositoryUnreachable, match="too many redirects"):
        opened(tmp_path / "cache", f"{web.url}/old")
    assert len(web.asked) == transfer.MOST_REDIRECTS + 1


def test_passwords_do_not_follow_a_redirect_to_another_server(web: Web, root: Path, tmp_path: Path) -> None:
    with serve(root) as second:
        web.answers[REPOMD] = [
            status(302, Location="/b" + REPOMD),
        ]
        web.answers["/b" + REPOMD] = [status(302, Location=second.url + REPOMD)]
        opened(tmp_path / "cache", web.url.replace("http://", "http://user:s3cret@"))
        assert ["Authorization" in headers for headers in web.headers] == [True, True]
        assert ["Authorization" in headers for headers in second.headers] == [False]


@pytest.mark.parametrize("server", ["refused", "tls", "redirect", "404", "500", "unfinished", "huge", "broken"])
def test_no_failure_shows_a_password(server: str, web: Web, root: Path, tmp_path: Path) -> None:
    web.answers[REPOMD] = {
        "redirect": [status(302, Location="ftp://x/")] * 2,
        "404": [status(404)] * 2,
        "500": [status(503)] * 20,
        "unfinished": [send(b"x", announced=9)] * 20,
        "huge": [send(b"x", announced=10**15)] * 2,
    }.get(server, [])
    url = {
        "refused": "http://user:s3cret@127.0.0.1:1/r?t0ken",
        "tls": web.url.replace("http://", "https://user:s3cret@") + "/?key=t0ken",
        "broken": "http://user:s3cret@[x/?t0ken",
    }.get(server, web.url.replace("http://", "http://user:s3cret@") + "/?key=t0ken")
    progress = Warnings()
    with pytest.raises(RepositoryError) as caught:
        opened(tmp_path / "cache", url, url, progress=progress)
    told = [str(caught.value), repr(caught.value), *progress.texts, *(stage for stage, _ in progress.stages)]
    assert all("s3cret" not in text and "t0ken" not in text for text in told), told


def test_a_server_that_drips_is_left(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "SLOWEST_FOR_S", 0.2)
    web.answers[REPOMD] = [drip(bytes(2000), 0.01)]
    with pytest.raises(RepositoryUnreachable, match=r"less than 1000 bytes a second for 0\.2 seconds"):
        opened(tmp_path / "cache", web.url)


def test_words_of_a_server_do_not_steer_the_terminal(web: Web, tmp_path: Path) -> None:
    def answer(handler: object) -> None:
        handler.wfile.write("HTTP/1.1 404 \x1b[31mred\x9b\r\n\r\n".encode("latin-1"))  # type: ignore[attr-defined]
        handler.close_connection = True  # type: ignore[attr-defined]

    web.answers[REPOMD] = [answer]
    with pytest.raises(RepositoryUnreachable) as caught:
        opened(tmp_path / "cache", web.url)
    assert str(caught.value).isprintable()
    assert "\\x1b[31mred\\x9b" in str(caught.value)


@pytest.mark.parametrize("word", ["a\u202eb", "a\u2066b", "a\x9bb", "a\n\nb", "x" * 100_000])
def test_words_of_metadata_do_not_either(word: str, tmp_path: Path) -> None:
    repomd = tmp_path / "repodata" / "repomd.xml"
    repomd.parent.mkdir()
    repomd.write_text(f"<repomd xmlns='http://linux.duke.edu/metadata/repo'><data type='{word}'/></repomd>")
    with pytest.raises(BadRepositoryData, match="has no checksum") as caught:
        opened(tmp_path / "cache", str(tmp_path))
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 2500

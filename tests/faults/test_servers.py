"""`pkgset solve` against servers at their worst: which exit code, and exactly which lines on stderr."""

from __future__ import annotations

import gzip
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path

import pytest

from optimizer.repository import transfer
from tests.cli.conftest import Printed, Run
from tests.faults.servers import Speech, drip, reset, say, speak, whole
from tests.repository.making import create_repository
from tests.repository.serving import serve_by_nginx

PACKAGES = [(f"bash-0:{number}-1.x86_64", (f"shell({number})",)) for number in range(400)]
PROBLEM = """format: 1
name: p
arch: x86_64
repositories:
  - {{id: r, origin: upstream, baseurl: [{urls}]}}
features: {{required: [bash]}}
"""


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for name, value in (
        ("BACK_OFF_S", 0.001),
        ("LONGEST_WAIT_S", 0.05),
        ("READ_TIMEOUT_S", 0.4),
        ("SLOWEST_FOR_S", 0.3),
    ):
        monkeypatch.setattr(transfer, name, value)
    monkeypatch.setenv("PKGSET_CACHE", str(tmp_path / "cache"))
    transfer._pool.cache_clear()
    yield
    transfer._pool.cache_clear()


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return create_repository(tmp_path_factory.mktemp("served") / "good", PACKAGES, {})


@dataclass(frozen=True)
class Repository:
    """The good repository's two files."""

    root: Path

    @property
    def repomd(self) -> bytes:
        return (self.root / "repodata" / "repomd.xml").read_bytes()

    @property
    def part(self) -> Path:
        (path,) = (self.root / "repodata").glob("*primary.xml.gz")
        return path

    @property
    def primary(self) -> bytes:
        return self.part.read_bytes()

    @property
    def href(self) -> str:
        return f"repodata/{self.part.name}"


@pytest.fixture
def good(root: Path) -> Repository:
    return Repository(root)


@pytest.fixture
def solve(run: Run, tmp_path: Path) -> Callable[..., Printed]:
    """Solve over these URLs, mirrors of each other."""

    def solved(*urls: str) -> Printed:
        problem = tmp_path / "p.yaml"
        problem.write_text(PROBLEM.format(urls=", ".join(f'"{url}"' for url in urls)))
        printed = run("solve", problem, "--no-write")
        assert printed.exit_code == 0 or printed.out == ""
        assert not list((tmp_path / "cache").rglob("*.unfinished"))
        return Printed(printed.exit_code, printed.out, printed.err.replace(f"{problem}: ", ""))

    return solved


HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
PAGE = b"<!DOCTYPE html>\n<html><head><title>Welcome to our hotel</title></head><body><br></body></html>\n"

#: What is said to a request for repomd.xml, how `solve` ends, and what it prints after the server's URL.
REPOMD = {
    "silent": (say(1.0), 66, "timed out: no answer in 0.4 seconds (4 tries)"),
    "drips its status line": (drip(b"", HEAD * 9, 0.05), 66, "timed out: no answer in 0.4 seconds (4 tries)"),
    "drips its headers": (drip(HEAD, b"X-A: b\r\n" * 99, 0.05), 66, "timed out: no answer in 0.4 seconds (4 tries)"),
    "drips headers for ever after 100": (
        drip(b"HTTP/1.1 100 Continue\r\n", b"A: b\r\n" * 99, 0.05),
        66,
        "timed out: no answer in 0.4 seconds (4 tries)",
    ),
    "drips its body": (
        drip(whole(b"", length=5000), b"x" * 900, 0.01),
        66,
        "less than 1000 bytes a second for 0.3 seconds",
    ),
    "drips the size of a chunk": (
        drip(CHUNKED, b"0" * 900, 0.02),
        66,
        "less than 1000 bytes a second for 0.3 seconds",
    ),
    "drips a body without a length": (
        drip(HEAD + b"Connection: close\r\n\r\n", b"x" * 900, 0.02),
        66,
        "less than 1000 bytes a second for 0.3 seconds",
    ),
    "stalls in the body": (
        say(whole(b"<repomd", length=900), 1.0),
        66,
        "less than 1000 bytes a second for 0.3 seconds",
    ),
    "truncated": (say(whole(b"<repomd", length=900)), 66, "the answer broke off, 893 bytes short (4 tries)"),
    "chunks that end early": (say(CHUNKED + b"5\r\n<repo\r\n"), 66, "the answer broke off (4 tries)"),
    "a chunk that ends early": (say(CHUNKED + b"50\r\n<repo"), 66, "the answer broke off (4 tries)"),
    "no size of a chunk": (say(CHUNKED + b"zz\r\n<repo"), 66, "the answer broke off (4 tries)"),
    "reset at once": (reset(), 66, "Connection reset by peer (4 tries)"),
    "reset in the headers": (reset(HEAD), 66, "Connection reset by peer (4 tries)"),
    "reset in the body": (reset(whole(b"<repomd", length=900)), 66, "Connection reset by peer (4 tries)"),
    "hangs up": (say(), 66, "the server closed the connection without an answer (4 tries)"),
    "no HTTP": (
        say(b"220 mail.example ESMTP\r\n"),
        66,
        "an answer that is no HTTP: 220 mail.example ESMTP (4 tries)",
    ),
    "two lengths": (
        say(whole(b"x", "Content-Length: 5")),
        66,
        "Content-Length contained multiple unmatching values (1, 5)",
    ),
    "endless headers": (
        say(HEAD + b"A: b\r\n" * 500),
        66,
        "an answer that is no HTTP: got more than 100 headers (4 tries)",
    ),
    "a status nobody knows": (say(b"HTTP/1.1 799 Whatever\r\nContent-Length: 0\r\n\r\n"), 66, "799 Whatever"),
    "206 unasked": (say(whole(b"<repomd", status="206 Partial Content")), 66, "206 Partial Content"),
    "416 unasked": (say(whole(b"", status="416 Range Not Satisfiable")), 66, "416 Range Not Satisfiable"),
    "404": (say(whole(b"no", status="404 Not Found")), 66, "404 Not Found"),
    "429": (say(whole(b"", "Retry-After: 0", status="429 Too Many Requests")), 66, "429 Too Many Requests (4 tries)"),
    "503 with a date": (
        say(whole(b"", f"Retry-After: {formatdate(time.time() + 9e8, usegmt=True)}", status="503 Busy")),
        66,
        "503 Busy (4 tries)",
    ),
    "503 with a date gone by": (
        say(whole(b"", "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT", status="503 Busy")),
        66,
        "503 Busy (4 tries)",
    ),
    "503 without sense": (say(whole(b"", "Retry-After: soon", status="503 Busy")), 66, "503 Busy (4 tries)"),
    "503 for ages": (say(whole(b"", f"Retry-After: {'9' * 400}", status="503 Busy")), 66, "503 Busy (4 tries)"),
    "a portal": (
        say(whole(PAGE)),
        65,
        "no repository: expected repodata/repomd.xml, found a web page, as portals and errors are",
    ),
    "too short a length": (say(whole(b"<repomd></repomd>", length=9)), 65, "line 1: unclosed token"),
    "empty": (say(whole(b"")), 65, "line 1: no element found"),
    "too long": (
        say(whole(b"", length=1 << 40)),
        65,
        "too large: expected at most 2097152 bytes, found 1099511627776 bytes",
    ),
    "endless": (
        say(HEAD + b"\r\n", b"x" * (3 << 20)),
        65,
        "too large: expected at most 2097152 bytes, found more than 2097152 bytes",
    ),
}


@pytest.mark.parametrize(("speech", "code", "told"), REPOMD.values(), ids=REPOMD.keys())
def test_a_server_that_fails_is_one_line(speech: Speech, code: int, told: str, solve: Callable[..., Printed]) -> None:
    with speak(speech) as server:
        begun = time.monotonic()
        printed = solve(server.url)
        assert time.monotonic() - begun < 20
    assert printed.exit_code == code, printed.err
    assert len(printed.err.splitlines()) == 1
    assert printed.err.startswith(f"repository r: {server.url}: repodata/repomd.xml: {told}"), printed.err
    if code == 66:
        assert printed.err.endswith(f"{told}\n")
    assert len(server.asked) == (4 if "4 tries" in told else 1)


@pytest.mark.parametrize(("speech", "code", "told"), REPOMD.values(), ids=REPOMD.keys())
def test_a_good_mirror_takes_over_with_one_warning(
    speech: Speech, code: int, told: str, solve: Callable[..., Printed], root: Path
) -> None:
    with speak(speech) as server:
        printed = solve(server.url, f"file://{root}")
    assert printed.exit_code == 0
    (line,) = printed.err.splitlines()
    assert line.startswith(f"warning: repository r: {server.url}: repodata/repomd.xml: {told}")
    assert line.endswith("; trying the next location")


def _answers(good: Repository, first: Callable[[bytes], list[Speech]]) -> list[Speech]:
    """Return speeches: repomd.xml, what is made of the primary, and the primary in the end."""
    return [say(whole(good.repomd)), *first(good.primary), say(whole(good.primary, 'ETag: "1"'))]


#: What is said to requests for the primary before it is given whole, and what the one warning tells of it.
PASSING: dict[str, tuple[Callable[[bytes], list[Speech]], str]] = {
    "503 once": (lambda _: [say(whole(b"", "Retry-After: 0", status="503 Busy"))], "503 Busy; it came at try 2"),
    "429 twice": (
        lambda _: [say(whole(b"", "Retry-After: 9", status="429 Slow Down"))] * 2,
        "429 Slow Down; it came at try 3",
    ),
    "silent once": (lambda _: [say(1.0)], "timed out: no answer in 0.4 seconds; it came at try 2"),
    "reset once": (lambda _: [reset(HEAD)], "Connection reset by peer; it came at try 2"),
    "truncated three times": (
        lambda data: [say(whole(data[:-7], length=len(data)))] * 3,
        "the answer broke off, 7 bytes short; it came at try 4",
    ),
    "the rest is 416": (
        lambda data: [
            say(whole(data[:-9], 'ETag: "1"', length=len(data))),
            say(whole(b"", status="416 No Such Range")),
        ],
        "416 No Such Range; it came at try 3",
    ),
    "the rest is another one": (
        lambda data: [
            say(whole(data[:-9], 'ETag: "1"', length=len(data))),
            say(whole(data[3:], "Content-Range: bytes 3-9/10", status="206 Partial Content")),
        ],
        "another part of the file than was asked for; it came at try 3",
    ),
    "the whole again instead of the rest": (
        lambda data: [say(whole(b"?" * 99, 'ETag: "0"', length=len(data)))],
        "bytes short; it came at try 2",
    ),
}


@pytest.mark.parametrize(("first", "told"), PASSING.values(), ids=PASSING.keys())
def test_what_passes_is_one_warning(
    first: Callable[[bytes], list[Speech]], told: str, solve: Callable[..., Printed], good: Repository
) -> None:
    with speak(*_answers(good, first)) as server:
        printed = solve(server.url)
    assert printed.exit_code == 0, printed.err
    (line,) = printed.err.splitlines()
    assert line.startswith(f"warning: {server.url}/{good.href}: ")
    assert line.endswith(told)
    assert printed.out.startswith("p: proven optimal")


def test_a_broken_download_goes_on_where_it_was(solve: Callable[..., Printed], good: Repository) -> None:
    data, size = good.primary, len(good.primary)
    half = size // 2
    rest = whole(data[half:], f"Content-Range: bytes {half}-{size - 1}/{size}", status="206 Partial Content")
    broken = say(whole(data[:half], 'ETag: "1"', length=size))
    with speak(say(whole(good.repomd)), broken, say(rest)) as server:
        printed = solve(server.url)
    assert printed.exit_code == 0, printed.err
    assert f"Range: bytes={half}-\r\n" in server.asked[2]
    assert 'If-Range: "1"\r\n' in server.asked[2]
    assert printed.err == (
        f"warning: {server.url}/{good.href}: the answer broke off, {size - half} bytes short; it came at try 2\n"
    )


@pytest.mark.parametrize("header", ['ETag: W/"1"', "Last-Modified: Wed, 21 Oct 2015 07:28:00 GMT", "X: y"])
def test_what_cannot_be_told_apart_is_not_put_together(
    header: str, solve: Callable[..., Printed], good: Repository
) -> None:
    broken = say(whole(good.primary[:50], header, length=len(good.primary)))
    with speak(say(whole(good.repomd)), broken, say(whole(good.primary))) as server:
        assert solve(server.url).exit_code == 0
    assert "Range:" not in server.asked[2]


def test_a_wait_that_is_long_is_told_before(
    solve: Callable[..., Printed], good: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "UNTOLD_WAIT_S", 0.02)
    busy = say(whole(b"", "Retry-After: 600", status="503 Busy"))
    with speak(busy, say(whole(good.repomd)), say(whole(good.primary))) as server:
        printed = solve(server.url)
    assert printed.exit_code == 0
    assert printed.err.splitlines()[0] == (
        f"warning: {server.url}/repodata/repomd.xml: 503 Busy; asking again in 0 seconds"
    )


#: What is said to a request for the primary, how `solve` ends and what it prints after its name.
PRIMARY: dict[str, tuple[Callable[[bytes], bytes], int, str]] = {
    "gone": (lambda _: whole(b"", status="404 Not Found"), 66, "404 Not Found"),
    "another one": (lambda data: whole(bytes(len(data))), 65, "wrong checksum: expected sha256:"),
    "a shorter one": (lambda data: whole(data[:-1]), 65, "wrong size: expected "),
    "a longer one": (lambda data: whole(data + b"x"), 65, "too large: expected at most "),
    "packed twice": (
        lambda data: whole(gzip.compress(data), "Content-Encoding: gzip"),
        65,
        "wrong size: expected ",
    ),
    "a portal": (lambda _: whole(PAGE), 65, "wrong size: expected "),
}


@pytest.mark.parametrize(("answer", "code", "told"), PRIMARY.values(), ids=PRIMARY.keys())
def test_a_primary_that_is_not_the_listed_one(
    answer: Callable[[bytes], bytes],
    code: int,
    told: str,
    solve: Callable[..., Printed],
    good: Repository,
    tmp_path: Path,
) -> None:
    """A mirror that lies, or was caught in its update."""
    with speak(say(whole(good.repomd)), say(answer(good.primary))) as server:
        printed = solve(server.url)
    assert printed.exit_code == code, printed.err
    (line,) = printed.err.splitlines()
    assert line.startswith(f"repository r: {server.url}: {good.href}: {told}")
    assert "a web page" in line or answer(good.primary).find(PAGE) < 0
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]


def test_a_lying_mirror_is_named_and_the_next_one_asked(
    solve: Callable[..., Printed], good: Repository, root: Path
) -> None:
    size = len(good.primary)
    answers = (say(whole(good.repomd)), say(whole(b"", length=size)), say(whole(bytes(size))))
    with speak(*answers) as server:
        printed = solve(server.url, f"file://{root}")
    assert printed.exit_code == 0, printed.err
    (line,) = printed.err.splitlines()
    assert line.startswith(f"warning: repository r: {server.url}: {good.href}: wrong checksum: expected sha256:")
    assert line.endswith("; trying the next location")


def test_a_server_without_head_is_asked_all_the_same(solve: Callable[..., Printed], good: Repository) -> None:
    none = say(whole(b"", status="405 Method Not Allowed"))
    with speak(say(whole(good.repomd)), none, say(whole(good.primary))) as server:
        printed = solve(server.url, "http://127.0.0.1:1")
    assert (printed.exit_code, printed.err) == (0, "")


def test_nobody_there(solve: Callable[..., Printed]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    printed = solve(url)
    assert (printed.exit_code, printed.err) == (
        66,
        f"repository r: {url}: repodata/repomd.xml: Connection refused (3 tries)\n",
    )


def test_no_such_name(solve: Callable[..., Printed]) -> None:
    printed = solve("http://no-such-host.invalid/x")
    assert printed.exit_code == 66
    assert printed.err.startswith(
        "repository r: http://no-such-host.invalid/x: repodata/repomd.xml: no address for this host: "
    )
    assert len(printed.err.splitlines()) == 1


def test_an_address_of_ipv6(solve: Callable[..., Printed], good: Repository) -> None:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("this machine has no IPv6")
    with speak(say(whole(good.repomd)), say(whole(good.primary)), host="::1") as server:
        printed = solve(server.url)
        assert (printed.exit_code, printed.err) == (0, "")
        assert f"Host: {server.url.removeprefix('http://')}\r\n" in server.asked[0]
    printed = solve(server.url)
    assert printed.err == f"repository r: {server.url}: repodata/repomd.xml: Connection refused (3 tries)\n"


#: What nginx is told about /bad/, how `solve` ends, and its one line.
NGINX = {
    "slow": ("limit_rate 300; alias {root}/;", 66, "less than 1000 bytes a second for 0.3 seconds"),
    "gone": ("return 404;", 66, "404 Not Found"),
    "forbidden": ("return 403;", 66, "403 Forbidden"),
    "busy": ("add_header Retry-After 1 always; return 503;", 66, "503 Service Temporarily Unavailable (4 tries)"),
    "too many": ("add_header Retry-After 1 always; return 429;", 66, "429 Too Many Requests (4 tries)"),
    "no range": ("return 416;", 66, "416 Requested Range Not Satisfiable"),
    "hangs up": ("return 444;", 66, "the server closed the connection without an answer (4 tries)"),
    "bad gateway": ("proxy_pass http://127.0.0.1:1/;", 66, "502 Bad Gateway (4 tries)"),
    "to itself": ("return 302 $request_uri;", 66, "too many redirects"),
    "to a file": ("return 302 file:///etc/passwd;", 66, "leads to no http or https URL"),
    "portal": (
        "error_page 404 =200 /portal.html; return 404;",
        65,
        "no repository: expected repodata/repomd.xml, found a web page, as portals and errors are",
    ),
    "moved": ("rewrite ^/bad/(.*)$ /good/$1 redirect;", 0, ""),
    "in chunks": ("chunked_transfer_encoding on; add_before_body /nothing; alias {root}/;", 0, ""),
}


@pytest.mark.tool("nginx")
@pytest.mark.parametrize(("directives", "code", "told"), NGINX.values(), ids=NGINX.keys())
def test_nginx(
    directives: str,
    code: int,
    told: str,
    solve: Callable[..., Printed],
    root: Path,
    tool: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    (tmp_path / "portal.html").write_bytes(PAGE)
    (tmp_path / "nothing").write_bytes(b"")
    server = (
        f"location /bad/ {{ {directives.format(root=root)} }} location /good/ {{ alias {root}/; }}"
        f" location / {{ root {tmp_path}; default_type text/html; }}"
    )
    with serve_by_nginx(tool("nginx"), server, tmp_path) as url:
        printed = solve(f"{url}/bad")
    assert printed.exit_code == code, printed.err
    assert printed.err == ("" if code == 0 else f"repository r: {url}/bad: repodata/repomd.xml: {told}\n")


@pytest.mark.tool("nginx")
@pytest.mark.parametrize("stale", ["gone", "older"])
def test_a_stale_mirror_of_nginx_is_passed_over(
    stale: str, solve: Callable[..., Printed], root: Path, tool: Callable[[str], Path], tmp_path: Path
) -> None:
    """Its repomd.xml is newer than its primary, which is gone or still the old one."""
    shutil.copytree(root, tmp_path / "stale")
    (part,) = (tmp_path / "stale" / "repodata").glob("*primary.xml.gz")
    if stale == "gone":
        part.unlink()
    else:
        part.write_bytes(gzip.compress(b"<metadata/>"))
    with ExitStack() as stack:
        url = stack.enter_context(serve_by_nginx(tool("nginx"), f"location / {{ root {tmp_path}; }}", tmp_path))
        alone = solve(f"{url}/stale")
        assert alone.exit_code == (66 if stale == "gone" else 65)
        found = "404 Not Found" if stale == "gone" else "wrong size: expected"
        assert alone.err.startswith(f"repository r: {url}/stale: repodata/{part.name}: {found}")
        printed = solve(f"{url}/stale", f"file://{root}")
    assert printed.exit_code == 0
    told = "" if stale == "gone" else f"warning: {alone.err.rstrip()}; trying the next location\n"
    assert printed.err == told

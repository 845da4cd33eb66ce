"""A web server in this process whose answers a test writes, and nginx."""

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

Answer = Callable[[BaseHTTPRequestHandler], None]


class Web:
    """`root` served under `url`; `answers` to paths come first, one a request; `asked` is what was asked for."""

    def __init__(self, root: Path) -> None:
        self.root, self.url = root, ""
        self.answers: dict[str, list[Answer]] = {}
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.closed = False

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request; a server that was closed says nothing on the connections that are still open."""
        if self.closed:
            handler.close_connection = True
            return
        self.asked.append(f"{handler.command} {handler.path}")
        self.headers.append(dict(handler.headers))
        scripted = self.answers.get(handler.path.partition("?")[0])
        if scripted:
            scripted.pop(0)(handler)
            return
        path = self.root / handler.path.partition("?")[0].lstrip("/")
        if path.is_file():
            send(path.read_bytes())(handler)
        else:
            status(404)(handler)


def send(content: bytes, *, announced: int | None = None) -> Answer:
    """Answer with this content, announced as longer than it is where a body shall break off."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content) if announced is None else announced))
        handler.end_headers()
        if handler.command == "GET":
            handler.wfile.write(content)
        handler.close_connection = announced is not None

    return answer


def send_with(content: bytes, **headers: str) -> Answer:
    """Answer with this content and these headers (`_` for `-`), its length unsaid."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(content)
        handler.close_connection = True

    return answer


def status(code: int, **headers: str) -> Answer:
    """Answer with this status and these headers (`_` for `-`)."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def drip(content: bytes, wait_s: float) -> Answer:
    """Answer with this content, a byte at a time."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        for byte in content:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            time.sleep(wait_s)

    return answer


def silence(seconds: float) -> Answer:
    """Answer nothing for a while."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(seconds)
        handler.close_connection = True

    return answer


@contextlib.contextmanager
def serve(root: Path, certificate: Path | None = None) -> Iterator[Web]:
    """Serve `root` on a free port of this machine until the block ends, over TLS with a certificate and its key."""
    web = Web(root)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            web.answer(self)

        def do_HEAD(self) -> None:
            web.answer(self)

        def log_message(self, *_words: object) -> None:
            """Keep the test's output clean."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_request: object) -> None:
            """A client that hangs up is part of the tests."""

    server = Server(("127.0.0.1", 0), Handler)
    web.url = f"http://127.0.0.1:{server.server_address[1]}"
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        # The handshake belongs to the thread of the request: a client that refuses must not stop the server.
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        web.url = web.url.replace("http:", "https:")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield web
    finally:
        web.closed = True
        server.shutdown()
        thread.join()
        server.server_close()


NGINX = """
daemon off; master_process off; pid {work}/pid; error_log {work}/error.log;
events {{ }}
http {{
  access_log {work}/access.log;
  client_body_temp_path {work}/t1; proxy_temp_path {work}/t2; fastcgi_temp_path {work}/t3;
  uwsgi_temp_path {work}/t4; scgi_temp_path {work}/t5;
  gzip on; gzip_types *; gzip_min_length 1;
  server {{
    listen 127.0.0.1:{port};
    {server}
  }}
}}
"""


SERVER = """
    location / {{ root {root}; }}
    location /moved/ {{ rewrite ^/moved/(.*)$ /$1 redirect; }}
    location /loop/ {{ return 302 $request_uri; }}
    location /busy/ {{ add_header Retry-After 1 always; return 503; }}
    location /gone/ {{ return 404; }}
"""


def serve_with_nginx(nginx: Path, root: Path, work: Path) -> contextlib.AbstractContextManager[str]:
    """Serve `root` by nginx; give the URL."""
    return serve_by_nginx(nginx, SERVER.format(root=root), work)


@contextlib.contextmanager
def serve_by_nginx(nginx: Path, server: str, work: Path) -> Iterator[str]:
    """Let nginx serve as these directives say; yield the URL."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    configuration = work / "nginx.conf"
    configuration.write_text(NGINX.format(work=work, port=port, server=server))
    command = [str(nginx), "-c", str(configuration), "-e", str(work / "error.log"), "-p", str(work)]
    with subprocess.Popen(command) as process:
        try:
            _wait_for(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert process.poll() is None, "nginx did not start"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise TimeoutError

"""Fixtures every test may use: the directory of real metadata, and Debian tools by name."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.requirements import require_data, require_tool

# A shell ignores Ctrl-C for a job in the background, and nohup a lost terminal; tests send both to themselves.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Honour the markers `data` and `tool(name)` before any fixture of the test is built."""
    if item.get_closest_marker("data") is not None:
        require_data()
    for marker in item.iter_markers("tool"):
        for name in marker.args:
            require_tool(name)


@pytest.fixture(scope="session")
def data_directory() -> Path:
    """The directory of real metadata (see its README.md)."""
    return require_data()


@pytest.fixture(scope="session")
def tool() -> Callable[[str], Path]:
    """`tool("nginx")` is where the command is; the test is skipped, or fails in CI, where it is not."""
    return require_tool


@pytest.fixture(scope="session", autouse=True)
def _own_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the tester's own mirror, proxies and cache out; one cache a session, as real data loads slowly."""
    proxies = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy")
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("PKGSET_MIRROR", *proxies):
            patch.delenv(variable, raising=False)
        patch.setenv("PKGSET_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield

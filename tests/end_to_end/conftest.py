"""The distribution, built once however many processes test it, served by nginx."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.end_to_end.distribution import Distribution, built_once, require_everything
from tests.repository.serving import serve_with_nginx
from tests.requirements import require_tool


@pytest.fixture(scope="session")
def distribution(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Distribution]:
    """The demo's two repositories as signed RPMs over HTTP."""
    require_everything()
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    work: Path = tmp_path_factory.mktemp("nginx")
    with (
        built_once(shared / "distribution") as made,
        serve_with_nginx(require_tool("nginx"), made.directory, work) as url,
    ):
        yield replace(made, url=url)

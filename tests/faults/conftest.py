"""The fixtures of the commands' tests, for faults under them."""

from __future__ import annotations

from tests.cli.conftest import run

__all__ = ["run"]

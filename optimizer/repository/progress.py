"""How long work tells how far it is, and what it could do without."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """One stage at a time: `start`, any number of `advance`, `finish`; `warn` at any time, one line each."""

    def start(self, stage: str, total: int | None) -> None:
        """Begin a stage of `total` units (bytes for downloads), None where nobody knows."""

    def advance(self, amount: int) -> None:
        """Count `amount` more units of the stage."""

    def finish(self) -> None:
        """End the stage, whether it succeeded or not."""

    def warn(self, text: str) -> None:
        """Tell what went wrong without stopping the work."""


class Silent:
    """The Progress that tells nobody."""

    def start(self, stage: str, total: int | None) -> None:
        """Do nothing."""

    def advance(self, amount: int) -> None:
        """Do nothing."""

    def finish(self) -> None:
        """Do nothing."""

    def warn(self, text: str) -> None:
        """Do nothing."""

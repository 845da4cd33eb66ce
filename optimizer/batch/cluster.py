"""A Dask cluster as an executor of `concurrent.futures`: the only module that imports `distributed`."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import CancelledError, Executor
from contextlib import contextmanager
from typing import Any

CONNECT_TIMEOUT_S = 30


class MissingClusterError(ImportError):
    """distributed, which speaks with a Dask cluster, is not installed."""

    def __str__(self) -> str:
        return "--scheduler needs distributed: pip install 'pkgset[cluster]'"


class LostByClusterError(RuntimeError):
    """What a cluster was given and did not do: why, in the words of its own error."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why

    def __str__(self) -> str:
        return f"the cluster gave it up: {self.why}"


class NoClusterError(OSError):
    """A scheduler that does not answer: its address, and how it refused."""

    def __init__(self, address: str, found: str) -> None:
        super().__init__(address, found)
        self.address, self.found = address, found

    def __str__(self) -> str:
        return f"--scheduler {self.address}: {self.found}"


def explained(error: Exception) -> Exception:
    """Return an error of a step on the cluster as what it means; one of our own code as it is."""
    from distributed import KilledWorker

    if isinstance(error, KilledWorker):
        return LostByClusterError(f"{error.allowed_failures + 1} of its workers died over it")
    if isinstance(error, CancelledError):
        return LostByClusterError("its scheduler went away")
    return error


@contextmanager
def cluster(address: str) -> Iterator[tuple[Executor, int]]:
    """Yield an executor over a scheduler's workers, and their threads; work of lost workers is done by others.

    Raises MissingClusterError, NoClusterError.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise MissingClusterError from error
    connect: Any = Client  # distributed tells no types
    try:
        client = connect(address, timeout=CONNECT_TIMEOUT_S, set_as_default=False)
    except (OSError, ValueError) as error:
        raise NoClusterError(address, " ".join(str(error).split()) or "does not answer") from error
    with client:
        threads = sum(client.nthreads().values())
        yield client.get_executor(pure=False), threads

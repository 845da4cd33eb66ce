"""A target with every fault there is, to see that the fuzzer finds them; none of the others."""

from __future__ import annotations

import os
from pathlib import Path

from optimizer.repository.error import BadRepositoryData
from tests.fuzz.mutate import Kind
from tests.fuzz.target import Contain, Target


def run_planted(data: bytes, place: Path, contain: Contain) -> None:
    """Do what a word in the input says."""
    if b"contained" in data:
        contain(True)
        os.abort()
    if b"traceback" in data:
        raise KeyError("planted")
    if b"refused" in data:
        raise BadRepositoryData("planted", "", "refused")
    if b"crash" in data:
        os.abort()
    while b"hang" in data:
        pass
    if b"grow" in data:
        bytearray(2 << 30)


TARGET = Target("planted", Kind.TEXT, lambda: (b"good " * 40,), run_planted)

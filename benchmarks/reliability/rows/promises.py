"""The promises of SECURITY.md: how many tests hold them, and that all of these pass."""

from __future__ import annotations

import re
import subprocess
import sys

from benchmarks.place import ROOT
from benchmarks.reliability.promise import Figure, Promise, Scale

_NAMED = re.compile(r"`(tests/[^`:]+::test_\w+)`")
_COUNTED = re.compile(r"(\d+) (passed|failed|skipped|errors?)")


def security_tests() -> list[str]:
    """Return pytest's ids of the tests that SECURITY.md names, in its order, each once."""
    return list(dict.fromkeys(_NAMED.findall((ROOT / "SECURITY.md").read_text(encoding="utf-8"))))


def measure(scale: Scale) -> tuple[Figure, ...]:
    """Run the tests that SECURITY.md names; quick, only collect them."""
    tests = security_tests()
    words = [sys.executable, "-m", "pytest", "-q", *(["--collect-only"] if scale.quick else []), *tests]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    counted = {word: int(number) for number, word in _COUNTED.findall(done.stdout)}
    return (
        Figure(name="tests named", value=len(tests)),
        Figure(name="cases passed", value=counted.get("passed", 0)),
        Figure(name="pytest's exit code", value=done.returncode, wanted=0),
        Figure(name="skipped", value=counted.get("skipped", 0), wanted=0),
    )


ROW = Promise(
    name="promises",
    promise="What [SECURITY.md](../SECURITY.md) promises has tests, and they pass",
    tests=("tests/project/test_security_document.py",),
    measure=measure,
)

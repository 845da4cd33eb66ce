"""Packages made to cost time or memory, or to be no packages: refused in one line or taken, within little of each."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.repository.attacks_on_libsolv import ATTACKS
from tests.requirements import PROJECT_ROOT

READ = "libsolv cannot read the primary metadata"
EXPECTED = {
    "primary, entities": "taken",  # declared, and never used
    "primary, entities that grow": READ,
    "primary, deep elements": READ,
    "primary, one name": READ,
    "primary, deep dependency": "with more than 64 parentheses within each other",
    "primary, long dependency": "with more than 1000 operators",
    "primary, dependency that multiplies out": "multiplies out to more than 4096 clauses",
    "primary, many packages": "taken",
    "primary, one package many times": "too many packages of the name a: expected at most 1000, found 20001",
    "primary, versions of a megabyte": "taken",
    "primary, many versions": "taken",
    "primary, epochs": "taken",
    "primary, installed sizes": "a size of 18446744073709551615 bytes",
    "primary, download sizes": "a size of 18446744073709551615 bytes",
    "primary, dates": "taken",
    "primary, empty words": "taken",
    "primary, provides without a name": "taken",
    "primary, obsoletes in a circle": "taken",
    "primary, requires itself": "taken",
    "primary, direction of text": "taken",
    "primary, NUL": READ,
    "primary, control characters": READ,
    "primary, not UTF-8": READ,
    "primary, paths that lead out": "taken",
    "solv, no strings": "read this .solv file",
    "solv, many strings": "of memory",
    "solv, not UTF-8": "a text that is not UTF-8",
}


def test_every_attack_is_run() -> None:
    assert list(EXPECTED) == list(ATTACKS)


@pytest.mark.parametrize("attack", EXPECTED)
def test_what_costs_much_is_refused_for_little(attack: str) -> None:
    """One GiB of memory and 20 seconds of processor are what it and its child may use each: see attacks.py."""
    command = [sys.executable, "-m", "tests.repository.attacks_on_libsolv", attack]
    done = subprocess.run(command, cwd=PROJECT_ROOT, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert EXPECTED[attack] in done.stdout
    assert done.stdout.count("\n") == 1
    assert len(done.stdout) < 2500
    assert done.stdout.strip().isprintable()

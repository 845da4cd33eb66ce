"""Nearest names: what was meant comes first, in one order, quickly."""

from __future__ import annotations

import random
import string
import time

import pytest

from optimizer.problem.nearest import nearest

NAMES = ["httpd", "httpd-devel", "openssh", "openssh-server", "openssl", "python3", "systemd", "zsh"]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("sytemd", "systemd"),
        ("SYSTEMD", "systemd"),
        ("pyhton3", "python3"),
        ("httpd-server", "httpd"),
        ("opnessl", "openssl"),
    ],
)
def test_what_was_meant_comes_first(word: str, expected: str) -> None:
    assert nearest(word, NAMES)[0] == expected


def test_a_family_is_near_whatever_its_length() -> None:
    assert "openssh-clients-extended-documentation" in nearest("openssh", ["openssh-clients-extended-documentation"])


def test_nothing_is_near_nonsense() -> None:
    assert nearest("qqq", NAMES) == ()
    assert nearest("", NAMES) == ()
    assert nearest("bash", []) == ()


def test_the_order_of_the_choices_does_not_count() -> None:
    names = [f"lib{letter}" for letter in "abcdefg"]
    assert nearest("libx", names) == nearest("libx", reversed(names)) == ("liba", "libb", "libc")


def test_a_distribution_of_names_is_searched_quickly() -> None:
    draw = random.Random(1)
    names = ["".join(draw.choices(string.ascii_lowercase + "-", k=draw.randint(4, 30))) for _ in range(60_000)]
    started = time.process_time()
    assert nearest("systemd-resovled", [*names, "systemd-resolved"])[0] == "systemd-resolved"
    assert time.process_time() - started < 2.0

"""Progress: bars for people who watch a terminal, warnings for everybody."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import termios

import pytest

from optimizer.cli.output import escaped, say, say_json
from optimizer.cli.terminal import Terminal, terminal

_WORK = """
import time
from optimizer.cli.terminal import terminal
progress = terminal(quiet={quiet})
progress.start("download primary.xml", 2048)
time.sleep(0.4)
progress.advance(1024)
progress.warn("slow mirror")
progress.advance(1024)
progress.finish()
progress.finish()
"""


def _seen(*, quiet: bool, on_terminal: bool) -> str:
    reading, writing = os.openpty() if on_terminal else os.pipe()
    if on_terminal:
        termios.tcsetwinsize(reading, (50, 100))
    with os.fdopen(writing, "wb") as stderr:
        subprocess.run([sys.executable, "-c", _WORK.format(quiet=quiet)], check=True, stderr=stderr)
        seen = os.read(reading, 65_536).decode()
    os.close(reading)
    return seen


def test_a_bar_on_a_terminal() -> None:
    seen = _seen(quiet=False, on_terminal=True)
    assert "download primary.xml:" in seen
    assert "1.00k/2.00k" in seen
    assert "warning: slow mirror\r\n" in seen


@pytest.mark.parametrize(("quiet", "on_terminal"), [(True, True), (False, False)])
def test_warnings_alone_otherwise(quiet: bool, on_terminal: bool) -> None:
    assert _seen(quiet=quiet, on_terminal=on_terminal).replace("\r", "") == "warning: slow mirror\n"


def test_warnings_are_kept(capsys: pytest.CaptureFixture[str]) -> None:
    told, silent = terminal(quiet=True), Terminal(bars=False, echo=False)
    for progress in (told, silent):
        progress.warn("one")
        progress.warn("two")
        assert progress.warnings == ["one", "two"]
    assert capsys.readouterr().err == "warning: one\nwarning: two\n"


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("plain\n\ttext, \u00e9\u4e2d\r\n", "plain\n\ttext, \u00e9\u4e2d\r\n"),
        ("\x1b[2Jgone", "\\u001b[2Jgone"),
        ("over\rwritten", "over\\u000dwritten"),
        ("bash\u202egpj.", "bash\\u202egpj."),
        ("\u2066a\u2069\x9b\x7f\u200f", "\\u2066a\\u2069\\u009b\\u007f\\u200f"),
    ],
)
def test_what_moves_the_cursor_or_turns_the_text_round_is_spelt(text: str, seen: str) -> None:
    assert escaped(text) == seen


def test_text_is_escaped_json_stays_the_same_document_and_bytes_are_as_they_are(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    say("a\u202eb", newline=True)
    say_json({"name": "a\u202eb\x9b"})
    say("a\u202eb".encode())
    first, _, rest = capfdbinary.readouterr().out.partition(b"\n")
    assert first == b"a\\u202eb"
    document, _, raw = rest.rpartition(b"\n")
    assert json.loads(document) == {"name": "a\u202eb\x9b"}
    assert b"\xe2" not in document
    assert raw == "a\u202eb".encode()

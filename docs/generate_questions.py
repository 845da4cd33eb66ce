"""Write what the commands of questions.md print: `python docs/generate_questions.py`, with real metadata.

Results go to a directory of their own; a command's `| head -N`, `| tail -N` and `| grep -E PATTERN` are done here.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

PAGE = Path(__file__).with_name("questions.md")
ROOT = PAGE.parent.parent
_BLOCK = re.compile(
    r"(?P<code>```sh\n(?P<command>pkgset [^\n]*)\n```\n\n```text\n)(?P<printed>.*?)(?P<end>```\n)", re.DOTALL
)


def answered(page: str, data: Path) -> str:
    """Return the page with what each command prints under it; `data` is the directory of real metadata."""
    with TemporaryDirectory() as results:
        return _BLOCK.sub(lambda match: f"{match['code']}{_run(match['command'], results, data)}{match['end']}", page)


def _run(line: str, results: str, data: Path) -> str:
    command, *filters = (shlex.split(part) for part in line.split(" | "))
    words = [re.sub(r"^results(?=/)", results, word) for word in command[1:]]
    words += ["-o", results] if words[0] == "solve" else []
    environment = os.environ | {"PKGSET_MIRROR": str(data), "COLUMNS": "100"}
    ended = subprocess.run(
        [sys.executable, "-m", "optimizer", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode not in (0, 1, 3) or ended.stderr:
        raise RuntimeError(line, ended.returncode, ended.stderr)
    lines = ended.stdout.replace(results, "results").splitlines()
    for program, *arguments in filters:
        if program == "head":
            lines = lines[: -int(arguments[0])]
        elif program == "tail":
            lines = lines[int(arguments[0]) :]
        else:
            lines = [told for told in lines if re.search(arguments[-1], told)]
    return "".join(f"{told}\n" for told in lines)


if __name__ == "__main__":
    with_answers = answered(PAGE.read_text(encoding="utf-8"), Path(os.environ["PKGSET_MIRROR"]))
    PAGE.write_text(with_answers, encoding="utf-8")

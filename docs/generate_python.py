"""Write what the blocks of python.md print: `python docs/generate_python.py`, from the checkout's root."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

PAGE = Path(__file__).with_name("python.md")
_BLOCK = re.compile(r"(?P<code>```python\n(?P<body>.*?)```\n\n```text\n)(?P<printed>.*?)(?P<end>```\n)", re.DOTALL)


def with_output(page: str) -> str:
    """Return the page with what each Python block prints under it; blocks run in order and share their names."""
    names: dict[str, Any] = {}

    def run(match: re.Match[str]) -> str:
        printed = io.StringIO()
        with redirect_stdout(printed):
            exec(compile(match["body"], str(PAGE), "exec"), names)  # noqa: S102 - the page's own code
        return f"{match['code']}{printed.getvalue()}{match['end']}"

    return _BLOCK.sub(run, page)


if __name__ == "__main__":
    PAGE.write_text(with_output(PAGE.read_text(encoding="utf-8")), encoding="utf-8")

"""The project's documents, and what can be read out of them."""

from __future__ import annotations

import re
from pathlib import Path

from tests.requirements import PROJECT_ROOT

_FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<content>.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")


def documents() -> list[Path]:
    """Return every Markdown file of docs/ and of the project's root."""
    return sorted([*PROJECT_ROOT.glob("*.md"), *(PROJECT_ROOT / "docs").rglob("*.md")])


def relative(path: Path) -> str:
    """Return a file's path below the project's root, as test id."""
    return path.relative_to(PROJECT_ROOT).as_posix()


def blocks(text: str, language: str) -> list[str]:
    """Return the contents of a document's fenced blocks of a language."""
    return [match["content"] for match in _FENCE.finditer(text) if match["language"] == language]


def links(text: str) -> list[str]:
    """Return the targets of a document's links that stay in the project, fenced blocks left out."""
    found = [match["target"] for match in _LINK.finditer(_FENCE.sub("", text))]
    return [target for target in found if not re.match(r"[a-z]+:", target)]


def anchors(text: str) -> set[str]:
    """Return the anchors that GitHub and GitLab give a document's headings."""
    titles = re.findall(r"^#+ (.+)$", _FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}

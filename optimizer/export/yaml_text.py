"""YAML as every YAML format here writes it: safe, in the given order, a string never mistaken for a number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml


class _Dumper(yaml.SafeDumper):
    """PyYAML's safe dumper without anchors, which some readers of these formats do not know."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML names it
        return True


def yaml_document(document: Any, header: Iterable[str] = ()) -> bytes:
    """Return a document in UTF-8 below comment lines; no line is folded, what is not ASCII is escaped."""
    comment = "".join(f"# {line}\n" for line in header)
    text = yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=2**31, default_flow_style=False)
    return f"{comment}---\n{text}".encode()

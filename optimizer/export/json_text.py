"""JSON as every JSON format here writes it."""

from __future__ import annotations

import json
from typing import Any


def json_document(document: Any) -> bytes:
    """Return a document indented, in the given order, ASCII only, with a line break at its end."""
    return (json.dumps(document, indent=2) + "\n").encode()

"""Which model this is: what was found with another one is found again."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path


@cache
def model_fingerprint() -> str:
    """Return the SHA-256 of this room's source files, names and contents, in hexadecimal."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()

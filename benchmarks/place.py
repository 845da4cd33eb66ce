"""Where the checkout and the real metadata are."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def data_directory() -> Path:
    """Return the directory of real metadata: PKGSET_DATA, or ../shared/data beside the checkout."""
    return Path(os.environ.get("PKGSET_DATA", ROOT.parent / "shared" / "data"))

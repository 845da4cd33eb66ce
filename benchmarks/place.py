"""Where the checkout and the real metadata are."""

from __future__ import annotations

import compileall
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def data_directory() -> Path:
    """Return the directory of real metadata: PKGSET_DATA, or ../shared/data beside the checkout."""
    return Path(os.environ.get("PKGSET_DATA", ROOT.parent / "shared" / "data"))


def compile_modules() -> None:
    """Compile the product's modules to bytecode, as installing a wheel does.

    A checkout where Python may not write bytecode (PYTHONDONTWRITEBYTECODE) would compile all of them at each start,
    which takes 100 ms and is no user's command.
    """
    compileall.compile_dir(ROOT / "optimizer", quiet=2)

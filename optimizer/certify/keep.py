"""A certificate's directory, which comes whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from optimizer.certify.certificate import CERTIFICATE
from optimizer.export.writing import write_whole


def keep(files: Mapping[str, bytes], directory: Path) -> Path:
    """Write a certificate's files into a directory, in the place of an earlier certificate; return the directory.

    Raises OSError; FileExistsError where something else is in the way.
    """
    if directory.exists() and any(directory.iterdir()) and not (directory / CERTIFICATE).exists():
        raise FileExistsError(17, "holds something else than a certificate", str(directory))
    directory.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{directory.name}.", dir=directory.parent) as scratch:
        made, old = Path(scratch, "new"), Path(scratch, "old")
        made.mkdir()
        for name, content in files.items():
            write_whole(made / name, content)
        if directory.exists():
            directory.rename(old)
        made.rename(directory)
        shutil.rmtree(old, ignore_errors=True)
    return directory

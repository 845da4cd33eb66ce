"""Anonymous temporary files, which nothing has to remove: their errors name no file."""

from __future__ import annotations

import contextlib
import errno
import tempfile
from collections.abc import Iterator

#: What a disk answers that takes no more, or a limit on files.
FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))


@contextlib.contextmanager
def filling_temporary() -> Iterator[None]:
    """Within, or in a function it decorates, the error of a full disk that names no file names this directory."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL and error.filename is None:
            place = f"temporary directory {tempfile.gettempdir()}"
            raise OSError(error.errno, error.strerror, place) from error
        raise

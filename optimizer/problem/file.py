"""Files a problem is made of: regular ones, of a bounded size."""

from __future__ import annotations

import errno
import os
import re
import stat
from hashlib import sha256
from pathlib import Path

#: Of one file, in bytes: twenty times what the largest problem of ours and its tables take together.
FILE_LIMIT = 8 << 20
_PIECE = 1 << 20
_BYTES = re.compile("[\udc80-\udcff]+")


def read_file(path: Path, limit: int = FILE_LIMIT) -> bytes:
    """Return a file's content; raises OSError, for a device, a pipe or more than `limit` bytes too.

    A pipe would be waited for and a device read without end, and neither can be read again, as problem files are.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            what = os.strerror(errno.EISDIR) if stat.S_ISDIR(status.st_mode) else "not a regular file"
            raise OSError(errno.EINVAL, what, str(path))
        content = bytearray()
        # A piece at a time: `read(limit)` asks for that much memory, whatever the file has.
        while max(status.st_size, len(content)) <= limit and (piece := file.read(_PIECE)):
            content += piece
        if max(status.st_size, len(content)) > limit:
            raise OSError(errno.EFBIG, f"larger than {limit >> 20} MiB", str(path))
    return bytes(content)


def checksum(content: bytes) -> str:
    """Return `sha256:` and the digest of a file's content in lower-case hexadecimal."""
    return f"sha256:{sha256(content).hexdigest()}"


def spelt(path: str) -> str:
    """Return a path as text that can be written anywhere: what is not UTF-8 in it is spelt `\\xff`.

    Python keeps such bytes, and in a locale of ASCII all others too, in characters that no encoding has (PEP 383).
    """
    return _BYTES.sub(
        lambda found: found.group().encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"), path
    )

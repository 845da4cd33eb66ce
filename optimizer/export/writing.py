"""A file written whole or not at all, whoever else writes it and however a writer ends."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import stat
import tempfile
from pathlib import Path

_UNFINISHED = ".unfinished"
_ABANDONED_AFTER_S = 60.0


def write_whole(path: Path, content: bytes) -> None:
    """Write a file by one rename; raises OSError, which names `path`, and then leaves nothing behind.

    A link there is replaced, not followed. What earlier writers of the same file left that were killed is removed.
    """
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=_UNFINISHED, dir=path.parent)
        _fill(Path(name), descriptor, content, path)
    except OSError as error:
        raise type(error)(error.errno, error.strerror, str(path)) from error


def check_directory(directory: Path) -> None:
    """Raise PermissionError for a directory that is another user's link, which may lead to files of this user.

    As Linux guards links in directories that everyone may write (fs.protected_symlinks).
    """
    status = directory.lstat()
    if stat.S_ISLNK(status.st_mode) and status.st_uid not in (os.geteuid(), 0):
        raise PermissionError(1, "is a link that another user made", str(directory))


def _fill(unfinished: Path, descriptor: int, content: bytes, path: Path) -> None:
    try:
        with os.fdopen(descriptor, "wb") as file:
            _remove_abandoned(path, unfinished.stat().st_mtime)
            with contextlib.suppress(OSError):  # no locks on some network file systems: age alone decides there
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            file.write(content)
            os.fchmod(file.fileno(), 0o666 & ~_umask())
            file.flush()
            unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _remove_abandoned(path: Path, now: float) -> None:
    """Remove what killed writers of `path` left: locked by nobody, and not of this minute by either reckoning.

    `now` is when a file was made there just now: a file server's clock need not be ours.
    """
    ours = re.compile(rf"\.{re.escape(path.name)}\.[a-z0-9_]{{8}}{re.escape(_UNFINISHED)}")
    with os.scandir(path.parent) as entries:
        left = [Path(entry.path) for entry in entries if ours.fullmatch(entry.name)]
    for unfinished in left:
        with contextlib.suppress(OSError):
            descriptor = os.open(unfinished, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(descriptor, "rb") as file:
                if abs(now - os.fstat(file.fileno()).st_mtime) > _ABANDONED_AFTER_S:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    unfinished.unlink()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

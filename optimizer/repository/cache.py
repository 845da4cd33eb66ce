"""Files keyed by the content they came from, under the user's cache directory."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import re
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from optimizer.repository.progress import Progress, Silent
from optimizer.repository.temporary import FULL

_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}$")
_UNFINISHED = ".unfinished"
_ABANDONED_AFTER_S = 60.0

#: So long another process may make no progress before nobody waits for it any more.
PATIENCE_S = 60.0
_LOOK_AGAIN_S = 0.05


class CacheEntry(msgspec.Struct, frozen=True):
    """A finished file of the cache; `kind` is its suffix without the dot, `size` in bytes."""

    path: Path
    kind: str
    size: int


def cache_directory() -> Path:
    """Return PKGSET_CACHE, or where this user's system keeps caches."""
    chosen = os.environ.get("PKGSET_CACHE")
    if chosen:
        return Path(chosen).absolute()
    import platformdirs

    return Path(platformdirs.user_cache_dir("pkgset"))


class Cache:
    """Finished files only: each appears whole by one rename, so readers need no lock.

    A directory that cannot be written, belongs to another user or is writable by everyone is not used; that is
    a warning, once. A file in use stays readable for those who opened it when it is replaced or cleared.
    """

    def __init__(self, directory: Path | None = None, progress: Progress | None = None) -> None:
        self.directory = cache_directory() if directory is None else directory
        self._progress: Progress = Silent() if progress is None else progress
        self._warned = False
        self._swept = False

    @contextlib.contextmanager
    def alone(self, key: str) -> Iterator[None]:
        """Within, other processes and threads that want to make the content of `key` wait until it is made.

        Who waits asks `get` again then. Nobody waits longer than PATIENCE_S for one that makes no progress, nor where
        there is nothing to lock: then several do the same work, and the last one's counts.
        """
        final = self._path(key)
        with contextlib.ExitStack() as stack:
            with contextlib.suppress(OSError):
                self._make(self.directory)
                self._make(final.parent)
                descriptor = os.open(final.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
                stack.callback(os.close, descriptor)  # which ends the lock, as the end of this process would
                _wait_for_lock(descriptor, final)
            yield

    def get(self, key: str) -> Path | None:
        """Return the file stored under `key`, None where there is none that can be trusted."""
        path = self._path(key)
        return path if all(map(_is_ours, (path, path.parent, self.directory))) else None

    def store(self, key: str, write: Callable[[Path], None]) -> Path | None:
        """Let `write` fill an empty file and make it the content of `key`; return where it is.

        `key` is any text; an ending such as `.solv` is its kind. None where the cache cannot be written. What
        `write` raises goes through, and leaves nothing behind.
        """
        final = self._path(key)
        try:
            self._make(self.directory)
            self._make(final.parent)
            self._sweep_once()
            _sweep(final.parent)
            descriptor, name = tempfile.mkstemp(prefix=final.name[:16], suffix=_UNFINISHED, dir=final.parent)
        except OSError as error:
            self._refuse(error)
            return None
        try:
            return _write_whole(descriptor, Path(name), final, write)
        except OSError as error:
            ours = str(error.filename or "").startswith(f"{self.directory}{os.sep}")
            if error.errno not in FULL and not ours:
                raise
            self._refuse(error)
            return None

    def entries(self) -> tuple[CacheEntry, ...]:
        """Return the finished files, by path."""
        found = []
        for path in self._files():
            if path.suffix != _UNFINISHED:
                with contextlib.suppress(FileNotFoundError):
                    found.append(CacheEntry(path, path.suffix.removeprefix("."), path.lstat().st_size))
        return tuple(found)

    def total_size(self) -> int:
        """Return the bytes of all finished files."""
        return sum(entry.size for entry in self.entries())

    def clear(self) -> tuple[int, int]:
        """Remove every file and return how many finished ones that were and their bytes.

        Raises OSError where the directory does not let its owner do so.
        """
        files = size = 0
        for entry in self.entries():
            with contextlib.suppress(FileNotFoundError):
                entry.path.unlink()
                files, size = files + 1, size + entry.size
        for directory in {path.parent for path in self._files()}:
            _sweep(directory)
        return files, size

    def _path(self, key: str) -> Path:
        digest = hashlib.sha256(key.encode()).hexdigest()
        suffix = _SUFFIX.search(key)
        return self.directory / digest[:2] / (digest[2:] + (suffix.group() if suffix else ""))

    def _files(self) -> Iterator[Path]:
        # Only names this class makes: a directory named by mistake loses nothing to `clear`.
        return iter(sorted(path for path in self.directory.glob("[0-9a-f][0-9a-f]/*") if _NAME.fullmatch(path.name)))

    def _sweep_once(self) -> None:
        """Look for what killed writers of any key left: theirs may never be written again."""
        if not self._swept:
            self._swept = True
            for directory in self.directory.glob("[0-9a-f][0-9a-f]"):
                _sweep(directory)

    def _make(self, directory: Path) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_ours(directory):
            raise PermissionError(errno.EPERM, f"{directory} belongs to another user or is writable by everyone")

    def _refuse(self, error: OSError) -> None:
        if not self._warned:
            self._warned = True
            self._progress.warn(f"cache {self.directory} is not used: {error.strerror}")


_NAME = re.compile(rf"[0-9a-f]{{62}}(\.[a-z0-9]{{1,8}})?|[0-9a-f]{{16}}.*{re.escape(_UNFINISHED)}")


def _is_ours(path: Path) -> bool:
    """Only files and directories of this user that not everyone may change are believed, never links to them."""
    try:
        status = path.lstat()
    except OSError:
        return False
    plain = stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)
    return plain and status.st_uid == os.geteuid() and not status.st_mode & stat.S_IWOTH


def _write_whole(descriptor: int, unfinished: Path, final: Path, write: Callable[[Path], None]) -> Path:
    try:
        with contextlib.suppress(OSError):  # no locks on some network file systems: age alone decides there
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        write(unfinished)
        unfinished.replace(final)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)
    return final


def _wait_for_lock(descriptor: int, final: Path) -> None:
    """Wait for a directory's lock while the one that has it gets on with `final`; raises OSError without locks."""
    until, seen = time.monotonic() + PATIENCE_S, -1
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            now = sum(_size(path) for path in final.parent.glob(f"{final.name[:16]}*{_UNFINISHED}"))
            if now != seen:
                until, seen = time.monotonic() + PATIENCE_S, now
            if time.monotonic() > until:
                return
            time.sleep(_LOOK_AGAIN_S)
        else:
            return


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def _sweep(directory: Path) -> None:
    """Remove what writers that were killed left: locked by nobody, and not of this minute by either reckoning."""
    for path in directory.glob("*" + _UNFINISHED):
        with contextlib.suppress(OSError), path.open("rb") as file:
            if abs(time.time() - os.fstat(file.fileno()).st_mtime) > _ABANDONED_AFTER_S:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()

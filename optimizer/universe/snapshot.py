"""An Instance as a file: the whole question without its repositories."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from optimizer.problem.file import read_file
from optimizer.universe.fault import MAX_DEPTH, faults
from optimizer.universe.instance import Formula, Instance

SUFFIX = ".instance"
#: Of the file, and of what is packed in it.
MAX_BYTES = 1 << 30
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"


class BadInstanceError(ValueError):
    """A file that holds no Instance: which file, and what is wrong where."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(path, what)
        self.path, self.what = path, what

    def __str__(self) -> str:
        return f"{self.path}: {self.what}"


def encode_instance(instance: Instance) -> bytes:
    """Return an Instance as JSON; the same Instance gives the same bytes."""
    return msgspec.json.encode(instance) + b"\n"


def compress_instance(instance: Instance) -> bytes:
    """Return an Instance as JSON in one Zstandard frame: about a tenth of the bytes, in two milliseconds."""
    from zstandard import ZstdCompressor

    return ZstdCompressor(level=9, write_checksum=True).compress(encode_instance(instance))


def read_instance(path: Path) -> Instance:
    """Return the Instance in a file that `encode_instance` or `compress_instance` wrote; raises BadInstanceError."""
    try:
        content = read_file(path, MAX_BYTES)
    except OSError as error:
        raise BadInstanceError(str(path), error.strerror or "cannot be read") from error
    return decode_instance(content, str(path))


def decode_instance(content: bytes, path: str) -> Instance:
    """Return the Instance in the content of such a file, which errors call `path`; raises BadInstanceError."""
    try:
        instance = msgspec.json.decode(_plain(content, path), type=Instance)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise BadInstanceError(path, str(error)) from error
    return check_instance(_with_tuples(instance), path)


def check_instance(instance: Instance, path: str = "instance") -> Instance:
    """Return the Instance if it can be worked with (see `faults`); raises BadInstanceError."""
    for what in faults(instance):
        raise BadInstanceError(path, what)
    return instance


def _plain(content: bytes, path: str) -> bytes:
    """Undo the compression; a frame that would grow beyond any real Instance is refused before it does."""
    if not content.startswith(_ZSTD_MAGIC):
        return content
    from zstandard import ZstdDecompressor, ZstdError, get_frame_parameters

    try:
        if get_frame_parameters(content).content_size > MAX_BYTES:
            raise BadInstanceError(path, f"would be more than {MAX_BYTES} bytes when decompressed")
        frame = ZstdDecompressor().decompressobj()  # takes memory for what is there, not for what a header claims
        plain: bytes = frame.decompress(content)
    except ZstdError as error:
        raise BadInstanceError(path, str(error)) from error
    if not frame.eof:
        raise BadInstanceError(path, "ends before its compressed content does")
    return plain


def _with_tuples(instance: Instance) -> Instance:
    """JSON has lists where formulas are tuples."""
    changed = {
        name: tuple(
            msgspec.structs.replace(held, formula=_tuples(held.formula, 0)) for held in getattr(instance, name)
        )
        for name in ("requirements", "exclusions", "features", "forbidden")
    }
    return msgspec.structs.replace(instance, **changed)


def _tuples(formula: Any, depth: int) -> Formula:
    if not isinstance(formula, list) or depth > MAX_DEPTH + 1:
        return formula
    return tuple(_tuples(part, depth + 1) for part in formula)

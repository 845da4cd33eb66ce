"""What a format is: a description, what it can express, and the function that writes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.export.exported import Exported
    from optimizer.universe.instance import Instance


class Expresses(StrEnum):
    """What a format can say; a result needs some of it (`optimizer/export/loss.py`), and what it lacks is told."""

    VERSIONS = "versions"
    ARCHITECTURE = "architecture"
    SAME_NAME = "same-name"
    REPOSITORIES = "repositories"
    EXCLUDES = "excludes"
    WEAK_SWITCH = "weak-switch"
    MODULES = "modules"
    CHECKSUMS = "checksums"
    DIVERGENCE = "divergence"
    STUBS = "stubs"
    REASONS = "reasons"


class Besides(StrEnum):
    """What else may be lost: of what is left out, added, or asked for."""

    PACKAGES = "packages"
    SIZES = "sizes"
    LIMITS = "limits"
    STAGES = "stages"


#: The kinds of loss, each the word that `--allow-lossy` takes.
LOSS_KINDS = (*Expresses, *Besides)

#: What no builder acts on: a file without it makes the same image, so it is told and no loss.
ANNOTATIONS = frozenset({Expresses.REASONS})

#: What a list of files says by itself, since its reader resolves nothing: exactly these are installed, and no other.
FILES = frozenset(
    {
        Expresses.VERSIONS,
        Expresses.ARCHITECTURE,
        Expresses.SAME_NAME,
        Expresses.REPOSITORIES,
        Expresses.EXCLUDES,
        Expresses.WEAK_SWITCH,
        Expresses.MODULES,
        Expresses.CHECKSUMS,
    }
)

#: What a whole answer may need.
EVERYTHING = frozenset(Expresses)


@dataclass(frozen=True, slots=True)
class Loss:
    """Something of a result that a file does not say: what kind it is of, in words, and the things concerned."""

    kind: Expresses | Besides
    what: str
    concerned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Format:
    """A format for answers. `lost` names what it leaves out of one answer beyond what it cannot express at all.

    `steerable` formats name what a resolver is asked for, so a shorter request may take the place of the full list;
    the others list files. `part_of` names the format that a file stands beside, where it is not there to say
    everything: then it is held to `expected` alone. `write` returns the whole file and raises CannotHoldError.
    """

    title: str
    file_name: str
    media_type: str
    expresses: frozenset[Expresses]
    write: Callable[[Exported], bytes]
    lost: Callable[[Exported], tuple[Loss, ...]] = lambda _: ()
    steerable: bool = False
    part_of: str | None = None
    expected: frozenset[Expresses] = EVERYTHING


@dataclass(frozen=True, slots=True)
class SolverFormat:
    """A format for the question itself, written from an Instance without an answer to it.

    One that knows a single objective has `write_stage`, which is given the optima of the stages before.
    """

    title: str
    file_name: str
    media_type: str
    write: Callable[[Instance], bytes]
    lost: Callable[[Instance], tuple[Loss, ...]] = lambda _: ()
    write_stage: Callable[[Instance, Sequence[int]], bytes] | None = None


class CannotHoldError(ValueError):
    """Text out of metadata that a format has no way to hold: the format, what the text is, and the text."""

    def __init__(self, target: str, what: str, text: str) -> None:
        super().__init__(target, what, text)
        self.target, self.what, self.text = target, what, text

    def __str__(self) -> str:
        return f"{self.target} cannot hold the {self.what} {self.text!a}"

"""What looking up a name in the repositories can find, as values."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class NameKind(StrEnum):
    """What part of a problem names something."""

    FEATURE = "feature"
    GROUP = "group"
    FORBIDDEN = "forbidden"
    PIN = "pin"
    EQUIVALENT = "equivalent"
    MODULE = "module"


class Severity(StrEnum):
    """What a finding means for a solve: nothing, perhaps not what was meant, or no answer at all."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


class Obstacle(StrEnum):
    """Why a package that provides a name is no candidate."""

    ARCHITECTURE = "architecture"
    OLDER = "older"
    MODULE = "module"
    DOWNSTREAM = "downstream"


class HeldBack(msgspec.Struct, frozen=True, kw_only=True):
    """A package that would do, were it a candidate."""

    package: str
    obstacle: Obstacle


class Absent(msgspec.Struct, frozen=True, kw_only=True):
    """A capability that no candidate provides: at what versions its name is there, who is held back, what is near."""

    text: str
    other_versions: tuple[str, ...] = ()
    held_back: tuple[HeldBack, ...] = ()
    nearest: tuple[str, ...] = ()


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One name or dependency: how many candidates provide it (some of them named) and what of it nobody does.

    `where` is `file:line: key path`; `stub` says that the policy makes up a package for what is absent.
    """

    kind: NameKind
    text: str
    where: str
    severity: Severity
    providers: int = 0
    examples: tuple[str, ...] = ()
    absent: tuple[Absent, ...] = ()
    stub: bool = False

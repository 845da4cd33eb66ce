"""What went wrong as an exit code and lines for people: DESIGN section 6."""

from __future__ import annotations

import os
import re
import shlex
import signal
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from optimizer.cli.output import tell

if TYPE_CHECKING:
    from optimizer.answer.steering import NoRequestError
    from optimizer.explain.subject import UnknownSubjectError

TRACEBACK = "PKGSET_TRACEBACK"
INTERRUPTED = 130
#: By Ctrl-C, SIGTERM and SIGHUP, as shells count signals.
ENDED = (INTERRUPTED, 143, 129)
USAGE = 2
OUR_BUG = 70
INFEASIBLE = 1
NOT_PROVEN = 3
REJECTED = 4
SHOWN = 10

#: Worst first. Our own faults, then answers that are wrong, then inputs, then what the answer is like.
BADNESS = (OUR_BUG, REJECTED, 65, 66, USAGE, *ENDED, 1, NOT_PROVEN, 0)

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no result: the exit code, lines to print as they are, and a traceback if one was asked for."""

    exit_code: int
    lines: tuple[str, ...]
    traceback: str = ""

    def of(self, file: Path) -> Failure:
        """Return the same failure with the lines that name no file naming this one."""
        lines = tuple(
            line.replace("pkgset:", f"{file}:", 1) if line.startswith("pkgset:") else line for line in self.lines
        )
        return Failure(self.exit_code, lines, self.traceback)

    def tell(self) -> None:
        """Print the lines on stderr."""
        for line in self.lines:
            tell(line)
        if self.traceback:
            tell(self.traceback, newline=False)


def worst(codes: Iterable[int]) -> int:
    """Return the worst of some exit codes, 0 of none; an unknown code is a fault of our own."""
    return min(codes, key=lambda code: BADNESS.index(code) if code in BADNESS else 0, default=0)


def attempt(work: Callable[[], _Result]) -> _Result | Failure:
    """Return what `work` returns, or why it did not: the only place that catches everything."""
    try:
        return work()
    except KeyboardInterrupt as error:
        number = getattr(error, "number", signal.SIGINT)
        what = "interrupted" if number == signal.SIGINT else f"ended by {signal.Signals(number).name}"
        return Failure(128 + number, (f"pkgset: {what}",), _traceback())
    except Exception as error:  # noqa: BLE001 - one bad problem must not stop a batch, nor show a traceback unasked
        return failure_of(error)


def failure_of(error: Exception) -> Failure:
    """Return the exit code and the words of an exception."""
    code, lines = _uncertified(error) or _known(error) or (OUR_BUG, _report(error))
    return Failure(code, tuple(lines), _traceback())


def _known(error: Exception) -> tuple[int, list[str]] | None:
    from optimizer.answer.sameness import UnsettledResultError
    from optimizer.answer.steering import MissingRepositoriesError, NoRequestError
    from optimizer.answer.stored import BadResultError, UnknownPackagesError
    from optimizer.batch.cluster import LostByClusterError, MissingClusterError, NoClusterError
    from optimizer.batch.relay import LostProcessError
    from optimizer.batch.row import MissingParquetError
    from optimizer.batch.shipped import OtherCodeError
    from optimizer.batch.variation import VariationError
    from optimizer.explain.answered import NoAnswerError, UnprovenAnswerError
    from optimizer.explain.change_words import ChangeSyntaxError
    from optimizer.explain.changed_instance import OutsideClosureError
    from optimizer.explain.subject import UnknownSubjectError
    from optimizer.explain.why import NotInAnswerError
    from optimizer.explain.why_not import InAnswerError
    from optimizer.export.exported import UnknownRepositoryError
    from optimizer.export.format import CannotHoldError
    from optimizer.export.formats import UnknownFormatError
    from optimizer.export.sbom import MissingSbomLibraryError
    from optimizer.export.staged import UnknownStageError
    from optimizer.imports.error import BadImportError, UnknownImportFormatError
    from optimizer.inquiry import OtherQuestionError, RejectedError
    from optimizer.problem.error import ProblemError
    from optimizer.problem.nearest import nearest
    from optimizer.problem.setting import UnknownKeyError
    from optimizer.problem.supposition import UnknownSuppositionError
    from optimizer.report.frontier_plot import MissingPlotterError
    from optimizer.repository.error import RepositoryError
    from optimizer.universe.features import UnknownGroupError
    from optimizer.universe.size import UnknownSizeError
    from optimizer.universe.snapshot import BadInstanceError

    cluster = MissingClusterError | NoClusterError | OtherCodeError
    unknown_format = UnknownFormatError | UnknownImportFormatError | UnknownKeyError
    if isinstance(error, unknown_format | UnknownRepositoryError | UnknownGroupError | UnknownSuppositionError):
        near = nearest(error.name, error.known)
        mark = "pkgset: " if isinstance(error, UnknownSuppositionError) else ""
        return USAGE, [f"{mark}{error}" + (f"; did you mean {' or '.join(map(repr, near))}?" if near else "")]
    if isinstance(error, ProblemError | UnknownSizeError | BadInstanceError):
        return USAGE, str(error).splitlines()
    if isinstance(error, RepositoryError):
        return error.exit_code, [f"pkgset: {error}"]
    if isinstance(
        error, BadResultError | UnknownPackagesError | BadImportError | CannotHoldError | UnknownStageError
    ):
        return USAGE, [str(error)]
    if isinstance(error, NoAnswerError | UnprovenAnswerError | UnsettledResultError):
        return INFEASIBLE if isinstance(error, NoAnswerError) else NOT_PROVEN, [f"pkgset: {error}"]
    if isinstance(error, UnknownSubjectError):
        return USAGE, [f"pkgset: {error}", *_outside(error)]
    if isinstance(
        error, cluster | VariationError | MissingParquetError | NotInAnswerError | InAnswerError | ChangeSyntaxError
    ):
        return USAGE, [f"pkgset: {error}"]
    if isinstance(error, NoRequestError):
        return NOT_PROVEN, _no_request(error)
    missing_library = MissingPlotterError | MissingSbomLibraryError
    if isinstance(error, OutsideClosureError | OtherQuestionError | missing_library | MissingRepositoriesError):
        return USAGE, [f"pkgset: {error}"]
    if isinstance(error, RejectedError | LostProcessError | LostByClusterError):
        rejected = isinstance(error, RejectedError)
        return (REJECTED, str(error).splitlines()) if rejected else (OUR_BUG, [f"pkgset: {error}"])
    if isinstance(error, TimeoutError):
        return NOT_PROVEN, ["pkgset: the time was up before the answer was explained"]
    if isinstance(error, OSError):
        file = f"{error.filename}: " if error.filename is not None else ""
        return USAGE, [f"pkgset: {file}{error.strerror or error}"]
    return None


def _uncertified(error: Exception) -> tuple[int, list[str]] | None:
    from optimizer.certify.make import NobodyToAskError, NotCertifiableError, RefutedError
    from optimizer.certify.proof import BadProofError
    from optimizer.certify.prover import OutOfTimeError, ProverFailedError
    from optimizer.certify.recheck import NoCertificateError

    if isinstance(error, NotCertifiableError | NobodyToAskError | BadProofError | ProverFailedError | OutOfTimeError):
        return NOT_PROVEN, [f"pkgset: no certificate: {error}"]
    if isinstance(error, RefutedError):
        return REJECTED, [f"pkgset: {error}"]
    return (USAGE, [f"pkgset: {error}"]) if isinstance(error, NoCertificateError) else None


def _no_request(error: NoRequestError) -> list[str]:
    first, *why = str(error).splitlines()
    more = [f"  and {len(why) - SHOWN} more"] if len(why) > SHOWN else []
    ours = [
        "The answer rests on packages that are rebuilt or still to be made, which no repository has as they must be.",
        "Build them, put their repository in the place of the old one (--mirror or --problem), and ask again.",
    ]
    return [f"pkgset: {first}:", *(f"  {line}" for line in why[:SHOWN]), *more, *(ours if error.diverging else ())]


def _outside(error: UnknownSubjectError) -> list[str]:
    if error.outside == ():
        return []
    has = "" if error.outside else "if a repository has it, "
    lines = [f"{has}`what-if --add {shlex.quote(error.word)}` tells what it would cost"]
    if error.outside is None and error.sought != "package":
        lines.append("which packages give a path or capability that nothing asks for, --problem FILE finds out")
    return [f"        {line}" for line in lines]


def _report(error: Exception) -> list[str]:
    words = " ".join(str(error).split())
    named = f"{type(error).__name__}: {words}" if words else type(error).__name__
    shown = f"{TRACEBACK}=1 shows where"
    return [f"pkgset: internal error: {named} (please report it with the problem's snapshot; {shown})"]


def _traceback() -> str:
    if os.environ.get(TRACEBACK, "") in ("", "0"):
        return ""
    import traceback

    return _without_secrets("".join(traceback.format_exception(*sys.exc_info())))


def _without_secrets(text: str) -> str:
    """Leave out of URLs what may be secret: libraries name them whole, or from their path on."""
    without_users = re.sub(r"(\w://)[^\s/@'\"]+@", r"\1", text)
    return re.sub(r"(/[^\s?'\"]*\?)[^\s'\"]+", r"\1...", without_users)

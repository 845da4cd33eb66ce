"""`pkgset export --steering`: the shortest request in the place of the full list, and what was shown of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.cli.output import tell

if TYPE_CHECKING:
    from optimizer.answer.judges.dnf import Dnf
    from optimizer.answer.steering import Steered
    from optimizer.export.exported import Exported
    from optimizer.pipeline import Settings

#: Searching every request is exponential in what dnf does not get right by itself; so long unless --time-limit.
SECONDS = 60.0
_SHOWN = 10


@dataclass(slots=True)
class Steering:
    """How to shorten an export's request: the problem file that has the repositories, and how to work.

    `told` is what programs are told of it, once it is done.
    """

    problem: Path
    settings: Settings
    told: dict[str, Any] = field(default_factory=dict)

    def shorten(self, exported: Exported) -> Exported:
        """Return an export with the shortest request; raises NoRequestError and what `steer_answer` raises."""
        from optimizer.answer.steering import NoRequestError
        from optimizer.export.steering import steering_request
        from optimizer.inquiry import steer_answer
        from optimizer.problem.load import load_problem

        seconds = self.settings.time_limit_s or SECONDS
        problem = load_problem(self.problem)
        found, dnf = steer_answer(exported.manifest, problem, replace(self.settings, time_limit_s=seconds))
        if found.request is None:
            raise NoRequestError(found.why, diverging=bool(exported.downstream or exported.stubs))
        packages = len(exported.packages)
        tell(_words(found, packages, seconds))
        tell(f"libsolv installs exactly the {packages} packages for it; {_said(dnf)}")
        self.told = _document(found, dnf)
        return replace(exported, request=steering_request(found.request, exported.manifest))


def _words(found: Steered, packages: int, seconds: float) -> str:
    assert found.request is not None
    size = found.request.size
    words = f"steering: {_counted(size, 'word')} for {_counted(packages, 'package')}"
    if found.proven:
        return f"{words}; no request is shorter: libsolv was asked {found.asked:,} times"
    return (
        f"{words}, none of which can be left out; not proven the shortest: "
        f"none has fewer than {found.at_least}, and the time was up after {seconds:g} s (--time-limit)"
    )


def _said(dnf: Dnf) -> str:
    if dnf.unable:
        return f"dnf was not asked: {dnf.unable}"
    return f"so does dnf {dnf.version}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _document(found: Steered, dnf: Dnf) -> dict[str, Any]:
    assert found.request is not None
    return {
        "names": found.request.names,
        "pins": found.request.pins,
        "excludes": found.request.excludes,
        "weak_dependencies": found.request.weak,
        "words": found.request.size,
        "at_least": found.at_least,
        "proven": found.proven,
        "asked": found.asked,
        "dnf": dnf.version,
        "dnf_not_asked": dnf.unable,
    }

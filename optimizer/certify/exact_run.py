"""Exact, asked in a process of its own: `python -m optimizer.certify.exact_run FORMULA ASSUMED LOG SECONDS ASKER`.

The solver is C++ that neither Ctrl-C nor a fault of its own leaves gracefully, so it never runs beside an answer. The
literals in the file ASSUMED are taken for true. ASKER is the process that waits for the answer. Says SAT, UNSAT,
TIMEOUT or what else the solver calls its end.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path

from optimizer.certify.formula import read_formula

_PR_SET_PDEATHSIG = 1

#: What Exact is told besides its own choices: nothing, but to be quiet.
PARAMETERS = {"verbosity": "0"}


def main(words: list[str]) -> None:
    """Ask Exact whether a formula has an answer, and have it log why not."""
    formula, literals, log, seconds, asker = words
    if sys.platform == "linux":  # killed, who asked could not end this process
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(asker):  # and was killed before it was heard of
        sys.exit("who asked is gone")
    import exact

    assumed = Path(literals).read_text(encoding="ascii").split()
    read = read_formula(Path(formula).read_bytes())
    solver = exact.Exact([*PARAMETERS.items(), ("proof-log", log)] if log else list(PARAMETERS.items()))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)  # after Exact has put its own in the way
    for variable in range(1, read.variables + 1):
        solver.addVariable(f"x{variable}", 0, 1)
    for held in read.inequalities:
        negative = sum(weight for one, weight in held.terms.items() if one < 0)
        terms = [(weight if one > 0 else -weight, f"x{abs(one)}") for one, weight in held.terms.items()]
        solver.addConstraint(terms, True, held.degree - negative)
    if assumed:
        values = [(one.removeprefix("~"), int(not one.startswith("~"))) for one in assumed]
        solver.setAssumptions(values)
    print(solver.runFull(False, float(seconds)))


if __name__ == "__main__":
    main(sys.argv[1:])

"""Fuzz by hand: `python -m tests.fuzz TARGET... --count N --seed S`, or guided by coverage with atheris.

    python -m tests.fuzz all --count 2000 --seed 1 --out findings
    python -m tests.fuzz repomd --guided --seconds 120

Prints a line a target on stdout; ends with 1 where something was found, each in a file of `--out`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.fuzz.runner import FINDINGS, Campaign, run
from tests.fuzz.targets.all import TARGETS
from tests.fuzz.worker import Outcome


def main() -> int:
    """Fuzz what is named and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="+", choices=[*TARGETS, "all"], metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--count", type=int, default=1000, help="inputs a target")
    parser.add_argument("--seed", type=int, default=0, help="of the random numbers")
    parser.add_argument("--out", type=Path, default=Path("fuzz-findings"), help="where findings are kept")
    parser.add_argument("--guided", action="store_true", help="guided by coverage: atheris, our own parsers only")
    parser.add_argument("--seconds", type=int, default=60, help="how long guided, a target")
    arguments = parser.parse_args()
    names = list(TARGETS) if "all" in arguments.targets else arguments.targets
    if arguments.guided:
        from tests.fuzz.guided import guide

        guided = [TARGETS[name] for name in names if TARGETS[name].guided]
        if not guided:
            parser.error(f"{', '.join(names)}: mostly libsolv or CP-SAT, where atheris sees nothing")
        return max(guide(target, arguments.seconds, arguments.out) for target in guided)
    found = 0
    for name in names:
        campaign = run(TARGETS[name], seed=arguments.seed, count=arguments.count)
        print(line(campaign), flush=True)
        found += len(campaign.found)
        keep(campaign, arguments.out)
    return 1 if found else 0


def line(campaign: Campaign) -> str:
    """Return how often each outcome was had."""
    counts = ", ".join(f"{campaign.outcomes[outcome]} {outcome}" for outcome in Outcome)
    return f"{campaign.target}: {campaign.tried} inputs: {counts}"


def keep(campaign: Campaign, out: Path) -> None:
    """Write what was found, the input and what was said, and name it on stderr."""
    for number, (data, tried) in enumerate(campaign.found.values()):
        assert tried.outcome in FINDINGS or tried.outcome is not Outcome.ACCEPTED
        out.mkdir(parents=True, exist_ok=True)
        path = out / f"{campaign.target}-{number}"
        path.with_suffix(".input").write_bytes(data)
        path.with_suffix(".txt").write_text(f"{tried.outcome}\n{tried.words}\n")
        print(f"{path}.input: {tried.outcome}: {tried.words.strip().rpartition(chr(10))[2]}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())

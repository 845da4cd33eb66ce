"""The `pkgset` command: its sub-commands, and the one place that turns what went wrong into an exit code.

Only click is imported before a sub-command runs: start-up time is a feature.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Sequence

import click

from optimizer import __version__
from optimizer.cli.failure import TRACEBACK, Failure, attempt
from optimizer.cli.interrupt import Interrupts
from optimizer.cli.lazy import LazyGroup
from optimizer.cli.output import open_streams

#: Objects made before the collector of cycles looks at them: its usual 700 has it busy while everything is imported.
COLLECTOR = (50_000, 20, 20)

#: In the order in which `--help` lists them: the main job first.
COMMANDS = {
    "solve": "optimizer.cli.solve",
    "check": "optimizer.cli.check",
    "explain": "optimizer.cli.explain",
    "frontier": "optimizer.cli.frontier",
    "sweep": "optimizer.cli.sweep",
    "diff": "optimizer.cli.diff",
    "export": "optimizer.cli.export",
    "import": "optimizer.cli.import_problem",
    "demo": "optimizer.cli.demo",
    "snapshot": "optimizer.cli.snapshot",
    "verify": "optimizer.cli.verify",
    "certify": "optimizer.cli.certify",
    "report": "optimizer.cli.report",
    "suggest-equivalents": "optimizer.cli.suggest_equivalents",
    "cache": "optimizer.cli.cache",
    "schema": "optimizer.cli.schema",
}


@click.group(
    "pkgset",
    cls=LazyGroup,
    modules=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="pkgset")
@click.option("--traceback", is_flag=True, help=f"Show where an error was raised (or {TRACEBACK}=1).")
def commands(traceback: bool) -> None:
    """Find the package set that has every feature, keeps every limit, and diverges least from upstream.

    \b
    Exit codes, the worst of all problems first:
      70   a fault of pkgset itself: please report it
       4   an answer that failed verification
      65   wrong repository data
      66   a repository that cannot be reached
       2   wrong usage, a wrong problem file, or a file that cannot be written
     130   interrupted before there was anything to keep (143 by SIGTERM, 129 by SIGHUP)
       1   infeasible
       3   an answer that is not proven, or none within the time limit; an export that loses something
       0   proven and verified
    """
    if traceback:
        os.environ[TRACEBACK] = "1"  # through the environment, so that worker processes know


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `pkgset` and exit with its code; words about what went wrong go to stderr, a traceback only if asked."""
    open_streams()
    if arguments is None:
        gc.set_threshold(*COLLECTOR)
    with Interrupts():
        code = _run(arguments)
    if arguments is None:
        _end_at_once(code)
    sys.exit(code)


def _end_at_once(code: int) -> None:
    """End a process that has nothing left to say or to wait for: taking its objects down takes 20 to 30 ms."""
    if "multiprocessing" in sys.modules or threading.active_count() > 1:
        return  # whoever started processes or threads has more to end
    if sys.getprofile() is not None or sys.gettrace() is not None:
        return  # whoever watches has something to write
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        return  # the usual end tells it
    os._exit(code)


def _run(arguments: Sequence[str] | None) -> int:
    def work() -> int:
        try:
            code = commands.main(args=arguments, prog_name="pkgset", standalone_mode=False)
        except click.ClickException as error:
            error.show()
            code = error.exit_code
        except click.Abort as error:
            raise KeyboardInterrupt from error
        return int(code or 0)

    outcome = attempt(work)
    if isinstance(outcome, Failure):
        outcome.tell()
        return outcome.exit_code
    return outcome

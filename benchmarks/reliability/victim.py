"""`pkgset` as it is, in a process that says which phase it is in and can end itself at any call of the system.

    python -m benchmarks.reliability.victim PHASE:NUMBER ARGUMENTS...

Phases are named on descriptor 3: `load`, `solve`, `write`, each as it begins, with the calls counted in the one
before. At the NUMBER-th call of PHASE the process kills itself, as `kill -9` there would; 0 never. Calls are Python's
audit events of files: what stands between two of them is the same on disk.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from optimizer import pipeline
from optimizer.cli import main as command
from optimizer.export import results

REPORT = 3
_OF_FOLDERS = ("os.mkdir", "os.remove", "os.rename", "os.scandir", "os.listdir")
_OF_FILES = ("open", "os.chmod", "os.truncate", "fcntl.flock", "tempfile.mkstemp")
_CALLS = frozenset((*_OF_FOLDERS, *_OF_FILES, "subprocess.Popen", "socket.connect"))


class _Phases:
    def __init__(self, phase: str, number: int) -> None:
        self.doomed, self.number = phase, number
        self.phase, self.count, self.counts = "start", 0, dict[str, int]()

    def enter(self, phase: str) -> None:
        self.counts[self.phase] = self.count
        self.phase, self.count = phase, 0
        os.write(REPORT, f"{phase} {self.counts}\n".encode())

    def hook(self, event: str, _arguments: Any) -> None:
        if event in _CALLS:
            self.count += 1
            if self.phase == self.doomed and self.count == self.number:
                os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Run the command with its phases told."""
    phase, _, number = sys.argv[1].partition(":")
    phases = _Phases(phase, int(number))

    def noted(module: Any, name: str, entered: str) -> None:
        inner = getattr(module, name)

        def outer(*arguments: Any, **options: Any) -> Any:
            phases.enter(entered)
            return inner(*arguments, **options)

        setattr(module, name, outer)

    noted(pipeline, "close_problem", "load")
    noted(pipeline, "solve_closed", "solve")
    noted(results, "write_files", "write")
    sys.addaudithook(phases.hook)
    try:
        command.main(sys.argv[2:])
    finally:
        phases.enter("end")


if __name__ == "__main__":
    main()

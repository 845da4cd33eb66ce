"""Run a command and write what it took: `python launcher.py REPORT COMMAND...`; used by `benchmarks.stopwatch`.

A process that has just been forked counts its parent's memory as its own, and keeps that as its peak (getrusage(2),
ru_maxrss). So the parent of what is measured is this, which holds next to nothing.
"""

import os
import sys
import time

if __name__ == "__main__":
    report, *command = sys.argv[1:]
    begun = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - begun
    figures = (wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, os.waitstatus_to_exitcode(status))
    with open(report, "w", encoding="ascii") as file:  # noqa: PTH123 - pathlib would be memory of its own
        file.write(" ".join(map(str, figures)))

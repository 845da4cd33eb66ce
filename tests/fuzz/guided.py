"""Fuzzing guided by coverage of our own Python: atheris, in a process of its own, as it never returns."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what is imported before atheris looks on is not looked into
    from tests.fuzz.target import Target

_MIB = 1 << 20


def guide(target: Target, seconds: int, out: Path) -> int:
    """Let atheris change a target's seeds for some seconds; 1 where it found something, which is kept in `out`."""
    from tests.fuzz.worker import CPU_S, MEMORY
    from tests.requirements import PROJECT_ROOT

    kept = out.absolute() / target.name
    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pkgset-guided-") as name:
        corpus = Path(name)
        for number, seed in enumerate(target.seeds()):
            (corpus / str(number)).write_bytes(seed)
        # libFuzzer counts the memory of the whole process, ortools and all.
        limits = [f"-max_total_time={seconds}", f"-timeout={CPU_S}", f"-rss_limit_mb={2 * MEMORY // _MIB}"]
        command = [sys.executable, "-m", "tests.fuzz.guided", target.name, name, *limits, f"-artifact_prefix={kept}/"]
        done = subprocess.run(
            command, cwd=PROJECT_ROOT, capture_output=True, text=True, errors="replace", check=False
        )
    executed = re.findall(r"#(\d+)\s+DONE", done.stderr) or re.findall(r"#(\d+)\s", done.stderr)
    covered = re.findall(r"cov: (\d+)", done.stderr)
    said = f"{executed[-1] if executed else 0} inputs, {covered[-1] if covered else 0} edges"
    print(f"{target.name}: {said}, exit code {done.returncode}", flush=True)
    if done.returncode:
        print(done.stderr[-3000:], file=sys.stderr)
    return int(done.returncode != 0)


def main() -> None:
    """Run atheris on one target, with libFuzzer's own arguments."""
    import atheris  # type: ignore[import-untyped]

    with atheris.instrument_imports(include=["optimizer"]):
        from tests.fuzz.targets.all import TARGETS
        from tests.fuzz.worker import Outcome, attempt
    target = TARGETS[sys.argv[1]]

    def one(data: bytes) -> None:
        with tempfile.TemporaryDirectory() as name:
            outcome, words = attempt(target, data, Path(name), lambda _contained: None)
        if outcome is Outcome.TRACEBACK:
            raise RuntimeError(words)

    atheris.Setup([sys.argv[0], *sys.argv[2:]], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

"""Starting up: nothing heavy is imported before it is needed, and everybody's door is the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from optimizer import __version__
from optimizer.cli.main import COMMANDS
from tests.cli.conftest import Run
from tests.demo.recipes import DEMO

_HEAVY = (
    "msgspec",
    "yaml",
    "solv",
    "ortools",
    "numpy",
    "urllib3",
    "tabulate",
    "tqdm",
    "libcomps",
    "multiprocessing",
    "jinja2",
    "pygal",
    "squarify",
)
_COMMANDS = ("", *COMMANDS)


@pytest.mark.parametrize("command", _COMMANDS)
def test_help_imports_click_and_nothing_else(command: str) -> None:
    code = (
        "import sys\nfrom optimizer.cli.main import main\n"
        f"try:\n    main({[command, '--help'] if command else ['--help']!r})\nfinally:\n"
        f"    print(*(name for name in {_HEAVY!r} if name in sys.modules), file=sys.stderr)\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ended.stdout.startswith("Usage: pkgset")
    assert ended.stderr.strip() == ""


#: All that may be imported from outside this project and the standard library.
_NEEDED = {
    "--help": {"click"},
    "check": {"click", "msgspec", "ortools", "solv", "tabulate", "yaml", "zstandard"},
    "solve": {"click", "msgspec", "ortools", "solv", "yaml", "zstandard"},
}
#: What these bring along.
_BROUGHT = {"_yaml", "cython_runtime", "typing_extensions", "wcwidth"}
#: Of the standard library, what takes milliseconds to import and has to do with processes, networks and packages.
_SLOW = {
    "asyncio",
    "concurrent.futures",
    "configparser",
    "email",
    "http.client",
    "importlib.metadata",
    "multiprocessing",
    "socket",
    "sqlite3",
    "ssl",
    "subprocess",
    "unittest",
    "urllib.request",
    "xml.etree",
}


@pytest.mark.parametrize("command", _NEEDED)
def test_what_a_warm_command_imports(command: str, tmp_path: Path) -> None:
    """Names, not times: whoever adds to what each start pays for adds it here."""
    words = {
        "--help": ["--help"],
        "check": ["check", str(DEMO / "module.yaml")],
        "solve": ["solve", "--quiet", "-o", str(tmp_path / "results"), str(DEMO / "module.yaml")],
    }[command]
    code = (
        "import json, sys\nfrom optimizer.cli.main import main\n"
        f"try:\n    main({words!r})\nfinally:\n    print(json.dumps(sorted(sys.modules)), file=sys.stderr)\n"
    )
    environment = os.environ | {"PKGSET_CACHE": str(tmp_path / "cache")}
    for _ in range(2):  # the second finds the repositories in the cache
        ended = subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment
        )
    imported = set(json.loads(ended.stderr.splitlines()[-1]))
    before = subprocess.run(
        [sys.executable, "-c", "import json, sys; print(json.dumps(sorted(sys.modules)))"],
        check=True,
        capture_output=True,
        text=True,
        env=environment,
    )
    imported -= set(json.loads(before.stdout))
    outside = {name.partition(".")[0] for name in imported} - sys.stdlib_module_names - {"optimizer"}
    brought = {name for name in outside if name.startswith(("_cython_", "swig_runtime_"))} | _BROUGHT
    assert outside - brought <= _NEEDED[command]
    by_tabulate = {"email", "importlib.metadata", "socket"} if command == "check" else set()
    assert imported & _SLOW <= by_tabulate


def test_the_module_is_the_command() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "optimizer", "--version"], check=True, capture_output=True, text=True
    )
    assert ended.stdout == f"pkgset, version {__version__}\n"


def test_help_names_every_exit_code(run: Run) -> None:
    printed = run("--help")
    assert printed.exit_code == 0
    codes = [line.split()[0] for line in printed.out.splitlines() if line[:6].strip().isdigit()]
    assert codes == ["70", "4", "65", "66", "2", "130", "1", "3", "0"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nope"], "No such command 'nope'"),
        (["solve"], "Missing argument 'PROBLEM...'"),
        (["solve", "x.yaml", "--jobs", "0"], "--jobs"),
        (["solve", "x.yaml", "--time-limit", "0"], "--time-limit"),
        (["solve", "x.yaml", "--mirror", "no-such-directory"], "no-such-directory"),
        (["demo", "--problem", "wieghts"], "did you mean weights?"),
        (["verify", "."], "either --problem or --instance"),
        (["snapshot", "x.yaml", "-o", "x.json"], "ends in .instance"),
    ],
)
def test_wrong_usage_ends_in_2_with_words_on_stderr(run: Run, arguments: list[str], words: str) -> None:
    printed = run(*arguments)
    assert (printed.exit_code, printed.out) == (2, "")
    assert words in printed.err

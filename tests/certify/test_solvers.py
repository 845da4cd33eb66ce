"""What other solvers say of a question: their answers are held to it, and to each other."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from optimizer.certify.questions import Questions
from optimizer.certify.solvers import SOLVERS
from optimizer.model.budget import Budget
from optimizer.model.solve import Engine
from tests.model.making import make

MCCS = next(one for one in SOLVERS if one.name == "mccs")
INSTANCE = make("abc", required=["a"], requires=[("a", ("any", "b", "c"))], objectives=["packages", "installed_size"])

#: Says that there is no answer, but where the command line has a word installs everything.
SCRIPT = """\
#!/bin/sh
while test "$1" != -o; do shift; done
case "$*" in
    *{word}*) (sed -n '/^package: /p' problem.cudf; echo 'package: goal') > "$2" ;;
    *) echo FAIL > "$2" ;;
esac
"""


@pytest.mark.parametrize(("word", "verdict"), [("nothing-of-the-kind", False), ("-removed", None)])
def test_no_answer_to_what_has_one_counts_unless_the_solver_has_an_answer_itself(
    word: str, verdict: bool | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "mccs"
    fake.write_text(SCRIPT.format(word=word))
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    solution = Engine.of(INSTANCE).solve()
    values = [stage.value for stage in solution.stages if stage.objective != "tie_break"]
    formulas = [question.content for question in Questions.about(INSTANCE, values).better()]
    assert MCCS.ask(INSTANCE, values, formulas, Budget(20)) == (verdict,) * 2

"""The process that Exact runs in is handed all it needs, however much that is."""

from __future__ import annotations

import pytest

from optimizer.certify.prover import accepts
from optimizer.model.solver import Budget

pytest.importorskip("exact", reason="pip install 'pkgset[certify]'")


def test_an_answer_may_have_more_variables_than_a_command_line_holds() -> None:
    literals = [f"~x{variable}" for variable in range(1, 140_000)]
    assert accepts(b"-1 x1 -1 x139999 >= 0 ;\n", literals, Budget(None))
    assert not accepts(b"+1 x1 +1 x139999 >= 1 ;\n", literals, Budget(None))

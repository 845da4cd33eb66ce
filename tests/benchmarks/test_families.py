"""The table of families: a row tells what is gained, and that it is proven."""

from __future__ import annotations

import pytest

from benchmarks.families import main
from tests.requirements import require_data


@pytest.mark.data
def test_a_row_tells_what_solving_together_gains(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--repeat", "1", "--data", str(require_data()), "cs9-host"])
    header, _, row = capsys.readouterr().out.splitlines()
    assert [cell.strip() for cell in header.split("|")][1:4] == ["family", "images", "pool packages"]
    cells = [cell.strip() for cell in row.split("|")]
    assert cells[1:4] == ["cs9-host-container-tools", "3", "199 -> 199"]
    assert cells[-2] == "proven"

"""The frontier's chart, and the library that draws it."""

from __future__ import annotations

import subprocess
import sys

_DRAW_THEN_IMPORT = """
import sys
from optimizer.report import frontier_chart
frontier_chart._chart()
assert not [finder for finder in sys.meta_path if type(finder).__module__ == "pygal"]
import this_module_is_nowhere
"""


def test_drawing_leaves_no_finder_that_warns_at_each_later_import() -> None:
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", _DRAW_THEN_IMPORT], check=False, capture_output=True, text=True
    )
    assert ended.stderr.splitlines()[-1] == "ModuleNotFoundError: No module named 'this_module_is_nowhere'"

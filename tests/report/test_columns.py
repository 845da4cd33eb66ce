"""Tables of the report that each solve prints: as tabulate lays them out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tabulate import tabulate

from optimizer.report.columns import columns

words = st.from_regex(r"[A-Za-z0-9ü%:]{0,9}( [a-z0-9]{1,3}){0,2}", fullmatch=True).map(str.strip)
tables = st.integers(1, 4).flatmap(
    lambda width: st.tuples(
        st.lists(words, min_size=width, max_size=width),
        st.lists(st.lists(words, min_size=width, max_size=width), min_size=1, max_size=4),
    )
)


@given(tables)
def test_a_table_is_laid_out_as_tabulate_does(table: tuple[list[str], list[list[str]]]) -> None:
    headers, rows = table
    assert columns(rows, headers) == tabulate(rows, headers=headers, disable_numparse=True)

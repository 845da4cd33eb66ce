"""A comparison in words: what a terminal shows, and Markdown that no name can break out of."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from optimizer.answer.allowance import parse_allowance
from optimizer.answer.side import Held, Side
from optimizer.explain.comparison import Comparison, compare
from optimizer.report.difference import difference_text
from optimizer.report.difference_markdown import code, difference_markdown

MIB = 1 << 20


def held(name: str, evr: str = "1-1", size: int | None = MIB, *, origin: str = "upstream") -> Held:
    return Held(
        name=name,
        evr=evr,
        arch="x86_64",
        repository=f"{origin}-packages",
        origin=origin,
        source=f"{name}-source",
        source_evr=evr,
        installed_size=size,
        download_size=None if size is None else size // 2,
    )


def side(label: str, *packages: Held, **askers: tuple[str, ...]) -> Side:
    return Side(label=label, kind="result", packages=packages, epochs=True, required_by=askers)


def compared(*budgets: str) -> Comparison:
    before = side("old", held("app"), held("gone", size=3 * MIB), app=("feature: app",), gone=("app",))
    after = side(
        "new",
        held("app", "2-1", 2 * MIB, origin="downstream"),
        held("lib", size=10 * MIB),
        held("odd", size=None),
        app=("feature: app",),
        lib=("app",),
        odd=("lib",),
    )
    return compare(before, after, [parse_allowance(text) for text in budgets])


def test_text_says_what_came_went_changed_and_why() -> None:
    assert difference_text(compared("packages=+1", "installed_size<=5MiB", "divergence=+0", "packages=+0")) == (
        "old -> new\n"
        "\n"
        "                    before    after              change\n"
        "------------------  --------  -----------------  -----------------\n"
        "packages            2         3                  +1\n"
        "installed size      4.0 MiB   at least 12.0 MiB  at least +8.0 MiB\n"
        "download size       2.0 MiB   at least 6.0 MiB   at least +4.0 MiB\n"
        "sources             2         3                  +1\n"
        "downstream sources  0         1                  +1\n"
        "\n"
        "added: 2 packages, +10.0 MiB, 1 of unknown size\n"
        "     +10.0 MiB  lib.x86_64 1-1, for app\n"
        "  size unknown  odd.x86_64 1-1, for app\n"
        "\n"
        "removed: 1 package, -3.0 MiB\n"
        "  -3.0 MiB  gone.x86_64 1-1\n"
        "\n"
        "changed: 1 package, +1.0 MiB\n"
        "  +1.0 MiB  app.x86_64 1-1 -> 2-1, origin upstream -> downstream, repository upstream-packages ->\n"
        "              downstream-packages\n"
        "\n"
        "sources added: lib-source 1-1, odd-source 1-1\n"
        "sources removed: gone-source 1-1\n"
        "sources changed: app-source 1-1 -> 2-1\n"
        "\n"
        "why it grew, the most first:\n"
        "  +10.0 MiB and unknown  feature app -> app (changed) -> lib (new); brings odd\n"
        "               +1.0 MiB  feature app -> app (changed)\n"
        "\n"
        "budget packages=+1: kept: packages +1\n"
        "budget installed_size<=5MiB: BROKEN: installed size at least 12.0 MiB, 7.0 MiB more than allowed\n"
        "  +10.0 MiB and unknown  feature app -> app (changed) -> lib (new)\n"
        "  +1.0 MiB  feature app -> app (changed)\n"
        "budget divergence=+0: BROKEN: downstream sources +1, 1 more than allowed\n"
        "  app-source: app\n"
        "budget packages=+0: BROKEN: packages +1, 1 more than allowed\n"
        "  +2  feature app -> app (changed) -> lib (new)\n"
    )


def test_where_nothing_differs_the_amounts_are_left() -> None:
    one = side("one", held("a"), a=("feature: a",))
    text = difference_text(compare(one, one))
    assert text.startswith("one -> one: nothing differs\n\n")
    assert text.count("same") == 5
    assert difference_markdown(compare(one, one)).startswith("### Packages: `one` → `one`\n\nNothing differs.\n")


def test_markdown_has_tables_and_folded_lists() -> None:
    text = difference_markdown(compared("packages=+0"))
    assert "| packages | 2 | 3 | +1 |\n" in text
    assert (
        "| `packages=+0` | ❌ broken | packages +1, 1 more than allowed "
        "| `+2  feature app -> app (changed) -> lib (new)` |\n" in text
    )
    assert (
        "<details>\n<summary>added: 2 packages, +10.0 MiB, 1 of unknown size</summary>\n\n"
        "| package | version | size |  |\n|---|---|---|---|\n"
        "| `lib.x86_64` | `1-1` | +10.0 MiB | for `app` |\n" in text
    )
    assert text.count("<details>") == text.count("</details>") == 6
    assert text == difference_markdown(compared("packages=+0"))


HOSTILE = st.text(alphabet="`|\\<>@#[]()*_!&\n\r\t\u2028 ab", min_size=1, max_size=12)


@given(HOSTILE)
def test_no_text_ends_its_code_span(text: str) -> None:
    span = code(text)
    assert "\n" not in span
    assert "\r" not in span
    fence = re.match("`*", span)
    assert fence is not None
    inside = span[len(fence[0]) : len(span) - len(fence[0])]
    assert fence[0] not in re.findall("`+", inside)
    assert inside.strip() == re.sub(r"[\n\r\t\u2028]+", " ", text).strip()


def bars(text: str) -> list[int]:
    """How many bars part cells in each line of a table."""
    return [len(re.findall(r"(?<!\\)\|", line)) for line in text.splitlines() if line.startswith("|")]


@given(HOSTILE)
@example("\\\\|")
def test_no_name_makes_a_row_or_a_cell_of_its_own(name: str) -> None:
    after = side("new", held(name), **{name: ("feature: " + name,)})
    text = difference_markdown(compare(side("old"), after))
    plain = difference_markdown(compare(side("old"), side("new", held("name"), name=("feature: name",))))
    assert len(text.splitlines()) == len(plain.splitlines())
    assert bars(text) == bars(plain)
    assert not [line for line in text.splitlines() if line.startswith("|") and "\\\\|" in line]


def test_lines_fit_a_terminal() -> None:
    long = [held(f"a-package-with-quite-a-long-name-{place}", "2024.11.21-100.git1234567.el9") for place in range(9)]
    text = difference_text(compare(side("old"), side("new", *long)))
    assert max(map(len, text.splitlines())) <= 100

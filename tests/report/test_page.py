"""The page as text: whole, safe, the same each time; what a browser does with it is in tests/browser."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from base64 import b64encode
from collections import Counter
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from optimizer.answer.core import CorePart
from optimizer.answer.frontier import record_frontier
from optimizer.answer.result import Result
from optimizer.model.frontier import Frontier, FrontierPoint
from optimizer.model.solution import SolveStatus
from optimizer.report.page import render_page
from optimizer.report.page_section import Reported
from optimizer.universe.instance import Feature
from tests.report.made import DOWNSTREAM, MIB, STUB, UPSTREAM, answered, entry, instance, package, stage, unanswered
from tests.report.pages import Page, many, reported

TEMPLATES = Path(__file__).parents[2] / "optimizer" / "report" / "templates"
_HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "</style><style>*{display:none}",
    "</script><script>alert(1)//",
    "</title><svg onload=alert(1)>",
    "a\u202etxt.exe\u202c",
    "\x00\x1b]0;x\x07",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt;&amp;#60;",
    "--><!--",
    "]]>\ud800",
    "a b#c?d%20e/f",
)


def _result() -> Result:
    world = instance(
        package("bash", 0, UPSTREAM, 8 * MIB, preferred=True),
        package("glibc", 1, UPSTREAM, 130 * MIB, preferred=True),
        package("keel", 2, DOWNSTREAM, 2 * MIB),
        package("agent", 3, STUB, None),
    )
    price = {"status": "proven", "stages": [{"objective": "divergence", "value": 3, "change": 1}]}
    entries = (
        entry("keel", "absent", {"asked_by": "feature keel", "asked": ["keel"]}, price=price),
        entry("agent", "absent", {"asked_by": "feature agent", "asked": ["agent"]}, origin="stub"),
    )
    return answered(world, (stage("divergence", 2, 2), stage("installed_size", 140 * MIB, 140 * MIB)), entries)


def hostile() -> Reported:
    """A result in which every text that metadata or a problem file can choose is an attack."""
    packages = [package(name, i, DOWNSTREAM, (i + 1) * MIB) for i, name in enumerate(_HOSTILE)]
    packages = [
        msgspec.structs.replace(held, version=held.name, release=held.name, repository=held.name, location=held.name)
        for held in packages
    ]
    world = instance(*packages)
    features = [Feature(text=name, formula=i, required=True, group=name) for i, name in enumerate(_HOSTILE)]
    world = msgspec.structs.replace(world, problem=_HOSTILE[0], features=tuple(features))
    parts = [{"kind": "requires", "text": name, "package": name, "where": name} for name in _HOSTILE]
    entries = tuple(
        entry(
            name,
            "conflict",
            {"asked_by": name, "asked": name, "candidate": name, "core": parts},
            features=(name,),
            nearest={"upstream": name, "provides": name, "upstream_version_is": name},
        )
        for name in _HOSTILE
    )
    result = answered(world, (stage(_HOSTILE[0], 1, 1),), entries)
    record = msgspec.structs.replace(result.record, versions={_HOSTILE[1]: _HOSTILE[2]}, problem=_HOSTILE[0])
    return reported(replace(result, record=record), _HOSTILE[1])


def test_a_page_tells_what_the_result_says() -> None:
    page = Page(render_page([reported(_result())]))
    assert page.unbalanced == []
    assert page.open == []
    for words in (
        "Proven optimal; accepted by verify and libsolv.",
        "no upstream package provides keel",
        "without it: +1 divergence",
        "must be packaged: nobody provides agent",
        "1 package of unknown size cannot be drawn.",
        "2 of 4 sources",
    ):
        assert words in page.words


def test_every_link_leads_somewhere_on_the_page() -> None:
    for results in ([reported(_result())], [reported(_result(), "a"), reported(_result(), "b")], [hostile()]):
        page = Page(render_page(results))
        targets = {f"#{found}" for found in page.ids}
        assert [link for link in page.links if link != "data:," and link.partition("?")[0] not in targets] == []


def test_no_id_is_there_twice() -> None:
    twice = [reported(_result()), reported(_result())]
    for results in ([reported(_result())], twice, [hostile()], [reported(many(50))]):
        ids = Counter(Page(render_page(results)).ids)
        assert [found for found, number in ids.items() if number > 1] == []


def test_hostile_texts_are_texts() -> None:
    written = render_page([hostile()])
    page = Page(written)
    assert page.unbalanced == []
    names = Counter(tag for tag, _ in page.tags)
    drawn = names["svg"] - 4 - 2  # every tile has a title; four swatches and the two drawings themselves have none
    assert (names["script"], names["style"], names["img"], names["title"]) == (1, 1, 0, 1 + drawn)
    attributes = {name for _, held in page.tags for name in held}
    assert [
        name for name in attributes if name.startswith("on") or name in ("style", "srcdoc", "src", "action")
    ] == []
    assert {link for link in page.links if not link.startswith("#")} == {"data:,"}
    shown = " ".join(page.texts)
    for name in ("<script>alert(1)</script>", "a\\u202etxt.exe\\u202c", "{{ 7 * 7 }}{% raw %}", "&lt;b&gt;&amp;#60;"):
        assert name in shown
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0e-\x1f\ud800-\udfff]", written)


def test_the_policy_names_the_one_script_and_the_one_style_sheet_by_hash() -> None:
    written = render_page([reported(_result())])
    (policy,) = [
        held["content"] for tag, held in Page(written).tags if held.get("http-equiv") == "Content-Security-Policy"
    ]
    for tag in ("style", "script"):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", written, re.DOTALL)
        digest = b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_nothing_is_loaded() -> None:
    written = render_page([reported(_result())])
    assert not re.search(r"https?://(?!www\.w3\.org/)", written)
    assert "@import" not in written
    assert "url(" not in written


def test_the_same_results_give_the_same_bytes_whatever_the_hash_seed() -> None:
    code = (
        "import sys\nfrom tests.report.pages import many, reported\nfrom optimizer.report.page import render_page\n"
        "sys.stdout.write(render_page([reported(many(40), 'a'), reported(many(30), 'b')]))"
    )
    pages = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": "."},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(pages) == 1


def test_three_thousand_packages_stay_under_a_megabyte_and_a_half() -> None:
    written = render_page([reported(many(3000))])
    table = written[written.index('<table class="sortable packages"') :]
    assert table.count('<th scope="row">package-') == 3000
    assert len(written.encode()) < 1_500_000


def test_the_day_is_on_it_only_where_it_is_given() -> None:
    assert "Made by pkgset" in Page(render_page([reported(_result())])).words
    assert " on 2001-02-03" in Page(render_page([reported(_result())], "2001-02-03")).words


def test_without_an_answer_the_core_is_told() -> None:
    core = (CorePart(kind="feature", text="keel", where="a.yaml:3"), CorePart(kind="forbidden", text="libkeel"))
    world = instance(package("bash", 0, UPSTREAM, MIB))
    page = Page(render_page([reported(unanswered(world, SolveStatus.INFEASIBLE, "infeasible", core))]))
    assert "feature keel is required, and nothing provides it [a.yaml:3]" in page.words
    assert "libkeel is forbidden" in page.words
    assert "#packages" not in page.links
    unknown = Page(render_page([reported(unanswered(world, SolveStatus.UNKNOWN, "unknown"))]))
    assert "There is no answer to show." in unknown.words


def test_an_answer_of_nothing_and_one_without_sizes_have_pages() -> None:
    empty = Page(render_page([reported(answered(instance(), ()))]))
    assert "no objectives: any set that has the features" in empty.words
    assert "No installed size is known" in empty.words
    unknown = Page(render_page([reported(answered(instance(package("a", 0, UPSTREAM, None)), ()))]))
    assert "No installed size is known" in unknown.words
    assert "#package-a" not in unknown.links


def test_a_long_core_is_told_fact_by_fact() -> None:
    parts = [{"kind": "requires", "text": f"lib{i}", "package": f"p{i}"} for i in range(5)]
    for reason, candidate, lead in (
        ("conflict", "keel-2", "keel-2 fits alone, but not here: 5 facts clash, none can be left out"),
        ("uninstallable", "keel-2", "keel-2 cannot be installed: 5 facts clash, none can be left out"),
        ("conflict", None, "it clashes with the rest of the answer: 5 facts clash, none can be left out"),
    ):
        evidence = {
            "asked_by": "x",
            "asked": "keel",
            "core": parts,
            **({"candidate": candidate} if candidate else {}),
        }
        world = instance(package("keel", 0, DOWNSTREAM, MIB))
        result = answered(world, (), (entry("keel", reason, evidence),))
        page = Page(render_page([reported(result)]))
        assert lead in page.words
        assert "All 5 facts" in page.words
        assert "p4 requires lib4, which nothing provides" in page.words


def test_several_results_stand_side_by_side() -> None:
    other = answered(instance(package("bash", 0, UPSTREAM, 9 * MIB), package("zsh", 1, UPSTREAM, MIB)), ())
    world = instance(package("bash", 0, UPSTREAM, MIB))
    results = [
        reported(_result(), "first"),
        reported(other, "second"),
        reported(unanswered(world, SolveStatus.INFEASIBLE, "infeasible"), "third"),
    ]
    written = render_page(results)
    page = Page(written)
    assert "3 results side by side" in page.words
    table = written[written.index('<table class="comparison"') :].partition("</table>")[0]
    cells = re.findall(r'<tr><th scope="row">([^<]*)</th>((?:<td class="number">[^<]*</td>)+)</tr>', table)
    rows = {name: re.findall(r">([^<]*)</td>", cells) for name, cells in cells}
    assert rows["status"] == ["proven", "proven", "infeasible"]
    assert rows["packages"] == ["4", "2", "no answer"]
    assert rows["installed size"] == ["at least 140.0 MiB", "10.0 MiB", "no answer"]
    assert rows["from upstream, by source"] == ["50.0 %: 2 of 4 sources", "100.0 %: 2 of 2 sources", "no answer"]
    assert rows["from upstream, by byte"][0] == "98.6 %: 138.0 of 140.0 MiB installed, of sizes known"
    assert rows["stage: divergence"] == ["2 sources", "not an objective", "no answer"]
    assert rows["packages in no other result"] == ["3", "1", "0"]
    assert "#second/package-zsh" in page.links
    assert "#second/package-bash" in {f"#{found}" for found in page.ids}


def test_a_frontier_is_a_picture_and_a_table() -> None:
    world = _result().instance
    points = tuple(
        FrontierPoint(values=values, status=SolveStatus.OPTIMAL, packages=(0, 1), sources=())
        for values in ((1, 300 * MIB), (2, 200 * MIB), (5, 150 * MIB))
    )
    found = Frontier(objectives=("divergence", "installed_size"), status=SolveStatus.OPTIMAL, points=points)
    frontier = record_frontier(world, found, (), 100)
    held = reported(_result())
    one = Reported(held.label, held.record, held.instance, held.stored, held.solution, (frontier,))
    written = render_page([one])
    page = Page(written)
    assert page.unbalanced == []
    assert "Divergence against installed size. Every point there is, each proven best." in page.words
    assert "5 sources 150.0 MiB proven" in page.words
    drawing = written[written.index('<figure class="chart">') :].partition("</figure>")[0]
    assert drawing.count("<circle") == 3
    assert "style" not in drawing
    assert "<script" not in drawing
    assert "20" not in re.sub(r"<[^>]*>", "", drawing).split()  # no date: pygal writes one into a comment


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _palettes() -> list[dict[str, str]]:
    css = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    blocks = re.findall(r"\{([^{}]*--ink[^{}]*)\}", css)
    return [dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6});", block)) for block in blocks]


def test_colours_contrast_as_wcag_asks() -> None:
    light, dark, chosen_dark, *_ = _palettes()
    assert dark == chosen_dark
    for palette in (light, dark):
        for ground in ("page", "surface", "mark", "upstream", "downstream", "stub", "rest", "group"):
            assert _contrast(palette["ink"], palette[ground]) >= 7, ground
        for ground in ("page", "surface", "mark"):
            assert _contrast(palette["muted"], palette[ground]) >= 4.5, ground
            assert _contrast(palette["link"], palette[ground]) >= 4.5, ground
            assert _contrast(palette["focus"], palette[ground]) >= 3, ground
        for tile in ("upstream", "downstream", "stub", "rest"):
            assert _contrast(palette["focus"], palette[tile]) >= 3, tile


@pytest.mark.parametrize("name", ["page.html", "section.html", "parts.html", "navigation.html"])
def test_no_template_turns_escaping_off(name: str) -> None:
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    assert "safe" not in text
    assert "autoescape" not in text

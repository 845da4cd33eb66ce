"""Graphviz DOT: who needs whom in an answer, packages boxed by their source, what diverges told by shape and colour.

Source: the DOT language, graphviz.org/doc/info/lang.html; a quoted string escapes `"` and, for labels, `\\`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from optimizer.answer.manifest import ManifestPackage
from optimizer.export.answer_graph import AnswerGraph, Edge, answer_graph
from optimizer.export.exported import Exported, plain, stub_name
from optimizer.export.format import FILES, Expresses, Format
from optimizer.export.request import evr_of
from optimizer.universe.instance import PackageOrigin

#: Okabe and Ito's colours, apart to colour-blind readers too; shapes tell the same.
_LOOKS = {
    PackageOrigin.UPSTREAM: 'shape=box, fillcolor="#ffffff"',
    PackageOrigin.DOWNSTREAM: 'shape=octagon, fillcolor="#e69f00"',
    PackageOrigin.STUB: 'shape=note, fillcolor="#cc79a7"',
}

#: Requirements run in circles, over which `dot` itself stumbles where packages are boxed. fdp draws boxes and takes
#: seconds up to here; sfdp draws none and takes a second for a thousand packages.
_ENGINE, _ENGINE_OF_CROWDS, _CROWDED = "fdp", "sfdp", 300

_SHOWN = 2
_MEBIBYTE = 1 << 20


def write(exported: Exported) -> bytes:
    """Return the graph: a node for each package, a box for each source with several, an edge for each dependency."""
    graph = answer_graph(exported)
    engine = _ENGINE if len(exported.manifest.packages) <= _CROWDED else _ENGINE_OF_CROWDS
    lines = [f"// {line}" for line in exported.header()]
    lines += [
        "// draw it: dot -Tsvg FILE -o FILE.svg; without the boxes, and faster: dot -Ksfdp -Tsvg FILE -o FILE.svg",
        "// box: upstream; octagon: our own; note: still to be made; bold: a feature asks for it; dashed: weak",
        "digraph answer {",
        f"  layout={engine}; overlap=vpsc; K=1; splines=line; outputorder=edgesfirst;",
        "  node [style=filled, fontname=Helvetica, fontsize=10];",
        '  edge [fontname=Helvetica, fontsize=7, fontcolor="#777777", color="#56b4e9"];',
        f"  label={_quoted(exported.manifest.problem)};",
    ]
    lines += _nodes(exported, graph)
    lines += [f"  {_edge(edge)}" for edge in graph.edges]
    return ("\n".join([*lines, "}"]) + "\n").encode()


def _nodes(exported: Exported, graph: AnswerGraph) -> Iterator[str]:
    sources: dict[str, list[int]] = defaultdict(list)
    for place, package in enumerate(exported.manifest.packages):
        sources[package.source].append(place)
    roots = frozenset(graph.roots)
    for number, (source, places) in enumerate(sorted(sources.items())):
        nodes = [_node(exported, place, asked=place in roots) for place in places]
        if len(places) == 1:
            yield f"  {nodes[0]}"
            continue
        yield f"  subgraph cluster_{number} {{"
        yield f'    label={_quoted(source)}; color="#999999"; fontname=Helvetica; fontsize=9;'
        yield from (f"    {node}" for node in nodes)
        yield "  }"


def _node(exported: Exported, place: int, *, asked: bool) -> str:
    package = exported.manifest.packages[place]
    lines = [stub_name(package), f"{evr_of(package)}.{package.arch}", _size(package)]
    entry = exported.entry(package)
    if entry is not None:
        lines.append(f"must be made: {entry.reason}" if entry.origin == "stub" else f"diverges: {entry.reason}")
    width = ", penwidth=2.5" if asked else ""
    tip = f"{package.repository}, source {package.source}"
    return (
        f"p{place} [{_LOOKS[PackageOrigin(package.origin)]}{width}, label={_quoted(*lines)}, tooltip={_quoted(tip)}];"
    )


def _size(package: ManifestPackage) -> str:
    if package.installed_size is None:
        return "size unknown"
    about = "about " if package.size_estimated else ""
    return f"{about}{package.installed_size / _MEBIBYTE:.1f} MiB"


def _edge(edge: Edge) -> str:
    more = len(edge.texts) - _SHOWN
    shown = [*edge.texts[:_SHOWN], *([f"and {more} more"] if more > 0 else [])]
    style = "" if edge.hard else ", style=dashed"
    return (
        f"p{edge.asker} -> p{edge.giver} [label={_quoted(*shown)}, tooltip={_quoted('; '.join(edge.texts))}{style}];"
    )


def _quoted(*lines: str) -> str:
    """Return a quoted string of some lines; HTML entities, escapes and the line's end are taken for what they are."""
    spelt = (plain(line).replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(spelt) + '"'


FORMAT = Format(
    title="Graphviz DOT",
    file_name="answer.dot",
    media_type="text/vnd.graphviz",
    expresses=(FILES - {Expresses.CHECKSUMS}) | {Expresses.DIVERGENCE, Expresses.STUBS, Expresses.REASONS},
    write=write,
)

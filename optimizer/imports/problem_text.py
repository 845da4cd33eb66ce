"""An imported problem as a problem file: YAML with comments, in the order in which people write one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml

from optimizer.imports.request import one_line
from optimizer.imports.settle import Imported, Item
from optimizer.problem.document import Tree, read_document
from optimizer.problem.error import ProblemError


def problem_tree(imported: Imported) -> dict[str, Tree]:
    """Return the problem as plain values, the keys of a problem file."""
    features: dict[str, Tree] = {"required": [item.value for item in imported.required]}
    for key, items in (("optional", imported.optional), ("forbidden", imported.forbidden)):
        if items:
            features[key] = [item.value for item in items]
    tree: dict[str, Tree] = {"format": 1, "name": imported.name, "arch": imported.arch}
    if imported.releasever is not None:
        tree["releasever"] = imported.releasever
    tree["repositories"] = list[Tree](imported.repositories)
    tree["features"] = features
    if imported.pins:
        tree["pins"] = [item.value for item in imported.pins]
    if imported.modules:
        tree["modules"] = list(imported.modules)
    tree["policy"] = _policy(imported)
    return tree


def problem_text(imported: Imported) -> str:
    """Return the problem file; all text out of the imported file is escaped, in values and in comments."""
    return "".join(f"{line}\n" for line in _lines(imported))


def _policy(imported: Imported) -> dict[str, Tree]:
    policy: dict[str, Tree] = {"weak_dependencies": "follow" if imported.weak else "ignore"}
    if imported.stubs:
        policy["missing"] = "stub"
    if imported.multilib:
        policy["multilib"] = True
    return policy


def _lines(imported: Imported) -> Iterator[str]:
    yield f"# Made by `pkgset import` from {one_line(imported.file.name)} ({imported.format})."
    yield from _lost_lines(imported)
    yield "format: 1"
    yield f"name: {_scalar(imported.name)}"
    yield f"arch: {imported.arch}" + ("" if imported.arch_known else "  # assumed: the file does not say")
    if imported.releasever is not None:
        yield f"releasever: {_scalar(imported.releasever)}"
    yield from _repository_lines(imported)
    yield "features:"
    yield from _list("required", imported.required, imported.file)
    if imported.optional:
        yield from _list("optional", imported.optional, imported.file)
    if imported.forbidden:
        yield "  # Kept out is whatever provides one of these, not only the package of that name."
        yield from _list("forbidden", imported.forbidden, imported.file)
    if imported.pins:
        yield "pins:"
        yield from (f"  - {_flow(item.value)}{_note(item)}" for item in imported.pins)
    if imported.modules:
        yield "modules:"
        yield from (f"  - {_scalar(stream)}" for stream in imported.modules)
    yield "policy:"
    for key, value in _policy(imported).items():
        note = imported.weak_note if key == "weak_dependencies" else ""
        yield f"  {key}: {_flow(value)}" + (f"  # {one_line(note)}" if note else "")


def _lost_lines(imported: Imported) -> Iterator[str]:
    if not imported.lost:
        yield "# Everything in it carried over."
        return
    yield f"# Did not carry over ({len(imported.lost)}):"
    for lost in imported.lost:
        place = _shown(Path(lost.file), imported.file) + ("" if lost.line is None else f":{lost.line}")
        yield f"#   {place}: {lost.what}: {lost.why}"


def _repository_lines(imported: Imported) -> Iterator[str]:
    waiting = dict(imported.placeholders)
    yield "repositories:"
    if all(repository["origin"] == "upstream" for repository in imported.repositories):
        yield "  # All count as upstream: write `origin: downstream` where the packages are your own."
    for repository in imported.repositories:
        name = str(repository["id"])
        if name in waiting:
            yield f"  # PLACEHOLDER ({waiting[name]}): write a directory or a URL as baseurl, or use --mirror."
        yield f"  - id: {_scalar(name)}"
        yield from (f"    {key}: {_flow(repository[key])}" for key in ("origin", "baseurl"))


def _list(key: str, items: tuple[Item, ...], main: Path) -> Iterator[str]:
    if not items:
        yield f"  {key}: []"
        return
    yield f"  {key}:"
    last = main
    for item in items:
        if item.file != last:
            yield f"    # {_shown(item.file, main)}"
            last = item.file
        yield f"    - {_flow(item.value)}{_note(item)}"


def _shown(file: Path, main: Path) -> str:
    """Return a file as seen from the imported one: the same text wherever that lies."""
    inside = file.is_relative_to(main.parent)
    return one_line((file.relative_to(main.parent) if inside else file).as_posix())


def _note(item: Item) -> str:
    return f"  # {one_line(item.note)}" if item.note else ""


def _flow(value: Tree) -> str:
    """Return a value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_scalar(item, inside=True)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_scalar(item, inside=True) for item in value) + "]"
    return _scalar(value)


def _scalar(value: Tree, *, inside: bool = False) -> str:
    """Return a scalar as YAML that reads back as the same; `inside` brackets.

    PyYAML decides by YAML 1.1 what needs quotes, and a problem file is read by YAML 1.2: both must agree.
    """
    plain = _dumped(value, None, inside=inside)
    return plain if _reads_back(plain, value, inside=inside) else _dumped(value, '"', inside=inside)


def _dumped(value: Tree, style: str | None, *, inside: bool) -> str:
    whole = yaml.safe_dump([value], default_flow_style=True, default_style=style, width=1 << 30, allow_unicode=False)
    text = whole.strip().removeprefix("[").removesuffix("]")
    return text if inside or not isinstance(value, str) or style else _outside(value, text)


def _outside(value: str, text: str) -> str:
    """Return a text without the quotes that it needs only between brackets."""
    bare = yaml.safe_dump({"-": value}, default_flow_style=False, width=1 << 30, allow_unicode=False)
    shorter = bare.removeprefix("'-': ").rstrip("\n")
    return shorter if "\n" not in shorter and " #" not in shorter else text


def _reads_back(text: str, value: Tree, *, inside: bool) -> bool:
    try:
        document = read_document("", (f"- [{text}]" if inside else f"- {text}").encode())
    except ProblemError:
        return False
    return not document.mistakes and document.value == ([[value]] if inside else [value])

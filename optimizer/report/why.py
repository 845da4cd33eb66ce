"""Why something is in an answer, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from optimizer.explain.subject import SubjectKind
from optimizer.explain.why import Holder, LeadingFeature, Link, Why, WhyPackage
from optimizer.report.quantity import counted, listed, mebibytes
from optimizer.report.wrapping import wrapped
from optimizer.universe.instance import PackageOrigin

_CHAINS, _NAMED = 3, 4


def why_text(why: Why, *, whole: bool = False) -> str:
    """Return why packages are in an answer; beyond the first few, names and chains are counted, unless `whole`."""
    blocks = []
    if why.kind is not SubjectKind.PACKAGE:
        blocks.append("\n".join(_subject(why, whole)))
    blocks += ["\n".join(_package(package, whole)) for package in why.packages]
    if why.not_in:
        names = listed(why.not_in, len(why.not_in) if whole else _NAMED)
        blocks.append("\n".join(_wrapped(f"not in the answer: {names}", "")))
    return "\n\n".join(blocks) + "\n"


def _subject(why: Why, whole: bool) -> Iterator[str]:
    givers = listed([package.nevra for package in why.packages], len(why.packages) if whole else _NAMED)
    if why.kind is SubjectKind.FEATURE:
        yield from _wrapped(f"feature {why.word}: {givers}", "")
        return
    named = tuple(dict.fromkeys(why.capabilities)) or (why.word,)
    yield from _wrapped(f"{listed(named, _NAMED)}: given by {givers}", "")
    yield from _wrapped(f"asked for by {_askers(why.asked_by, whole) or 'nobody in the answer'}", "  ")


def _package(package: WhyPackage, whole: bool) -> Iterator[str]:
    yield from _wrapped(f"{package.nevra} of {package.repository} is in the answer{_size(package)}", "")
    if package.kept is not None:
        yield from _wrapped(package.kept or "nothing asks for it", "  ")
    needing = [feature for feature in package.features if feature.needs]
    leading = [feature for feature in package.features if not feature.needs]
    if needing:
        yield from _wrapped(f"needed by {_features(needing, whole)}", "  ")
    if leading:
        yield from _wrapped(f"led to, not needed, by {_features(leading, whole)}", "  ")
    if package.held_by:
        yield "  held in place alone by"
        yield from _holders(package.held_by, whole)
    elif package.features:
        yield "  held in place by nobody alone"
    if package.asked_by:
        yield from _wrapped(f"asked for by {_askers(package.asked_by, whole)}", "  ")
    shown = package.features if whole else package.features[:_CHAINS]
    for feature in shown:
        yield ""
        yield from _chain(feature)
    if len(package.features) > len(shown):
        yield ""
        yield f"  and from {counted(len(package.features) - len(shown), 'more feature')} (--all shows every chain)"
    yield ""
    yield from _leaving(package, whole)


def _size(package: WhyPackage) -> str:
    if package.origin is PackageOrigin.VIRTUAL:
        return ": a name of the equivalents, nothing that is installed"
    if package.origin is PackageOrigin.STUB:
        return ": a package that must still be made"
    return "" if package.installed_bytes is None else f", {mebibytes(package.installed_bytes)} installed"


def _features(features: Sequence[LeadingFeature], whole: bool) -> str:
    names = listed([feature.text for feature in features], len(features) if whole else _NAMED)
    return f"{counted(len(features), 'feature')}: {names}"


def _holders(holders: Sequence[Holder], whole: bool) -> Iterator[str]:
    shown = holders if whole else holders[:_NAMED]
    for held in shown:
        name = f"{'feature ' if held.kind == 'feature' else ''}{held.name}"
        size = mebibytes(held.installed_bytes)
        yield f"    {name} (with it {counted(held.packages, 'package')} would leave, {size})"
    if len(holders) > len(shown):
        yield f"    and {len(holders) - len(shown)} more"


def _askers(links: Iterable[Link], whole: bool) -> str:
    named = list(dict.fromkeys(_asker(link) for link in links))
    return f"{listed(named, len(named) if whole else _NAMED)}" if named else ""


def _asker(link: Link) -> str:
    return f"feature {link.asker}" if link.kind == "feature" else link.asker


def _chain(feature: LeadingFeature) -> Iterator[str]:
    place = f"  [{feature.where}]" if feature.where else ""
    yield f"  feature {feature.text}{'' if feature.required else ' (optional)'}{place}"
    for link in feature.chain:
        verb = "" if link.kind == "feature" else f"{_VERBS.get(link.kind, link.kind)} {link.text}, "
        others = f" (so does {listed(link.others, 2)})" if link.others else ""
        virtual = ", a name of the equivalents" if link.origin is PackageOrigin.VIRTUAL else ""
        yield from _wrapped(f"{verb}given by {link.package}{virtual}{others}", "    ")


_VERBS = {
    "prerequires": "requires (to be installed first)",
    "supplements": "is supplemented for",
    "conflicts": "would clash without",
    "obsoletes": "would clash without",
}


def _leaving(package: WhyPackage, whole: bool) -> Iterator[str]:
    names = [held.nevra for held in package.leaving if held.nevra != package.nevra]
    unknown = package.leaving_unknown_sizes
    least = "at least " if unknown else ""
    total = f"{least}{mebibytes(package.leaving_installed_bytes)} installed"
    if names:
        with_it = f"{counted(len(names), 'more package')}: {listed(names, len(names) if whole else _NAMED)}"
        yield from _wrapped(f"if it could go, {total} would leave with it, in {with_it}", "  ")
    else:
        yield f"  if it could go, {total} would leave, and no other package"
    if package.given_up:
        askers = list(dict.fromkeys(_asker(link) for link in package.given_up))
        named = listed(askers, len(askers) if whole else _NAMED)
        demands = counted(len(package.given_up), "demand")
        yield from _wrapped(f"for that, {demands} would have to be given up, of {named}", "  ")


def _wrapped(text: str, indent: str) -> list[str]:
    return wrapped(text, indent, f"{indent}  ")

"""KIWI's config.xml. Source: kiwi's schema (kiwi.rng) and its "Image Description Elements"."""

from __future__ import annotations

from dataclasses import dataclass, field

from optimizer.imports.error import BadImportError
from optimizer.imports.format import Format, Probe, Terms
from optimizer.imports.request import AskedRepository, At, Request
from optimizer.imports.source import Source
from optimizer.repository.markup import MarkupError, parse_markup

_INSTALLED = ("image", "bootstrap")
_REMOVED = ("delete", "uninstall")
_NOT_REPOSITORIES = ("obs:", "obsrepositories:", "iso:", "this:", "dir:")


def _recognise(probe: Probe) -> bool:
    return probe.root == "image"


@dataclass(slots=True)
class _Reader:
    source: Source
    terms: Terms
    request: Request
    path: list[str] = field(default_factory=list)
    section: dict[str, str] | None = None
    repository: dict[str, str] | None = None
    urls: list[str] = field(default_factory=list)
    line: int = 1
    text: list[str] = field(default_factory=list)
    pattern: str | None = None

    def at(self) -> At:
        return At(self.source.path, self.line)

    def start(self, name: str, attributes: dict[str, str], line: int) -> None:
        self.line = line
        self.path.append(name)
        self.text.clear()
        below = tuple(self.path[1:])
        if not below:
            self.request.name = attributes.get("name")
        elif below == ("packages",):
            self.section = self._section(attributes)
        elif below[:1] == ("packages",) and len(below) == 2 and self.section is not None:
            self._member(name, attributes, self.section)
        elif below == ("repository",):
            self.repository, self.urls = attributes, []
        elif below == ("repository", "source"):
            self.urls.append(attributes.get("path", ""))
        elif below == ("profiles", "profile"):
            self.request.profiles.add(attributes.get("name", ""))
        elif below == ("include",):
            self.request.lose(f"include {attributes.get('from', '')}", "not read", self.at())
        elif len(below) == 1 and name not in ("description", "preferences", "packages", "profiles", "repository"):
            self.request.unrelated([(name, self.at())])

    def end(self, _name: str) -> None:
        if tuple(self.path[1:]) == ("repository",) and self.repository is not None:
            self._repository(self.repository)
        elif tuple(self.path[1:]) == ("preferences", "release-version"):
            self.request.releasever = "".join(self.text).strip() or None
        self.path.pop()

    def _section(self, attributes: dict[str, str]) -> dict[str, str] | None:
        """Return a section's attributes where its packages are taken, None after saying why they are not."""
        kind, at = attributes.get("type", ""), self.at()
        profiles = [word.strip() for word in attributes.get("profiles", "").split(",") if word.strip()]
        self.request.profiles.update(profiles, (kind,))
        what = f'<packages type="{kind}"' + (f' profiles="{",".join(profiles)}">' if profiles else ">")
        if profiles and not set(profiles) & set(self.terms.profiles):
            self.request.lose(what, "of a profile that is not chosen; --profile takes it", at)
        elif kind not in (*_INSTALLED, *_REMOVED, *self.terms.profiles):
            self.request.lose(what, f"only for one type of image; --profile {kind} takes it", at)
        elif not self._for_arch(attributes):
            self.request.lose(what, f"for another architecture than {self.request.target}", at)
        else:
            self.pattern = attributes.get("patternType") or self.pattern
            return attributes
        return None

    def _for_arch(self, attributes: dict[str, str]) -> bool:
        named = {word.strip() for word in attributes.get("arch", "").split(",") if word.strip()}
        return not named or self.request.target in named

    def _member(self, kind: str, attributes: dict[str, str], section: dict[str, str]) -> None:
        name = attributes.get("name", "")
        at = self.at()
        if not self._for_arch(attributes):
            self.request.lose(name, f"for another architecture than {self.request.target}", at)
        elif kind == "package" and section.get("type") in _REMOVED:
            self.request.forbid(name, at, note=f"{section['type']}: taken out after all is installed")
        elif kind == "package":
            self.request.want(name, at)
        elif kind == "ignore":
            self.request.forbid(name, at)
        elif kind in ("namedCollection", "product"):
            self.request.want(name, at, group=True, note=kind if kind == "product" else "")
        elif kind == "collectionModule" and attributes.get("enable", "true") == "true" and attributes.get("stream"):
            self.request.modules.append((f"{name}:{attributes['stream']}", at))
        else:
            self.request.lose(f"<{kind} name={name!r}>", "no package out of a repository", at)

    def _repository(self, attributes: dict[str, str]) -> None:
        urls = tuple(url for url in self.urls if url)
        first = urls[0] if urls else ""
        at = self.at()
        name = attributes.get("alias") or f"repository-{len(self.request.repositories) + 1}"
        profiles = {word.strip() for word in attributes.get("profile", "").split(",") if word.strip()}
        if profiles and not profiles & set(self.terms.profiles):
            self.request.lose(f"the repository {name}", "of a profile that is not chosen; --profile takes it", at)
        elif attributes.get("sourcetype") in ("mirrorlist", "metalink"):
            found = AskedRepository(name, at, (), f"{attributes['sourcetype']}={first}")
            self.request.repositories.append(found)
        elif first.startswith(_NOT_REPOSITORIES):
            self.request.repositories.append(AskedRepository(name, at, (), f"only {first}"))
        else:
            self.request.repositories.append(AskedRepository(name, at, urls))


def _read(source: Source, terms: Terms) -> Request:
    request = Request("kiwi", source.path, arch=terms.arch)
    reader = _Reader(source, terms, request)
    try:
        parse_markup(source.text.encode(), start_at=reader.start, text=reader.text.append, end=reader.end)
    except MarkupError as error:
        raise BadImportError(source.path, f"expected XML, found: {error.problem}", error.line) from error
    request.weak = reader.pattern == "plusRecommended"
    request.weak_note = f"patternType {reader.pattern or 'onlyRequired'}"
    return request


FORMAT = Format("KIWI config.xml", _recognise, _read)

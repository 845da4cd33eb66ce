"""Why something is in an answer: who asks for it and by what chain, who needs it, and what would leave with it."""

from __future__ import annotations

from collections.abc import Iterable

from optimizer.explain.answered import Answered
from optimizer.explain.demand import Demand, Node
from optimizer.explain.graph import DemandGraph
from optimizer.explain.subject import Subject, SubjectKind, find_subject
from optimizer.model.question import Question
from optimizer.universe.instance import Instance, PackageOrigin, Value, formula_capabilities


class NotInAnswerError(ValueError):
    """A word that names candidates none of which is in the answer: the word, and their NEVRAs."""

    def __init__(self, word: str, candidates: tuple[str, ...]) -> None:
        super().__init__(word, candidates)
        self.word, self.candidates = word, candidates

    def __str__(self) -> str:
        return f"{self.word} is not in the answer; ask why-not"


class Link(Value, frozen=True):
    """One demand and the package of the answer it leads to, NEVRAs; `others` of the answer meet it as well.

    `kind` is feature, requires, prerequires, recommends, supplements, conflicts or obsoletes; `asker` the NEVRA or
    the feature's text, `text` the dependency as it is written. `origin` tells a virtual package from a real one.
    """

    asker: str
    kind: str
    text: str
    package: str
    origin: PackageOrigin
    others: tuple[str, ...] = ()


class LeadingFeature(Value, frozen=True):
    """A feature that leads to a package, with its best chain; `needs` where no part of the answer has it without."""

    text: str
    where: str
    required: bool
    needs: bool
    chain: tuple[Link, ...]


class Holder(Value, frozen=True):
    """A feature (its text) or package (its NEVRA) through which alone another package is in.

    With it `packages` leave, virtual ones not counted, of `installed_bytes` together as far as these are known.
    """

    kind: str
    name: str
    packages: int
    installed_bytes: int


class Leaving(Value, frozen=True):
    """A package that would leave; sizes in bytes, None where unknown."""

    nevra: str
    origin: PackageOrigin
    installed_bytes: int | None
    download_bytes: int | None


class WhyPackage(Value, frozen=True):
    """Why one package is in an answer.

    `features` lead to it, those first that need it. `asked_by` are the demands on it itself. `held_by`, nearest
    first: without any one of them nothing would ask for it. `leaving`: what is there through it alone, itself
    included, once the demands in `given_up` are; the bytes are those of known sizes. `kept` says what else than
    features keeps it in the answer, empty where nothing does but a choice among equals.
    """

    nevra: str
    repository: str
    origin: PackageOrigin
    installed_bytes: int | None
    download_bytes: int | None
    features: tuple[LeadingFeature, ...]
    asked_by: tuple[Link, ...]
    held_by: tuple[Holder, ...]
    leaving: tuple[Leaving, ...]
    leaving_installed_bytes: int
    leaving_download_bytes: int
    leaving_unknown_sizes: int
    given_up: tuple[Link, ...]
    kept: str | None = None


class Why(Value, frozen=True):
    """What a word names in an answer, and why each package of it is in.

    `capabilities` are the texts the word names, `asked_by` who of the answer asks for them; `not_in` the NEVRAs of
    the candidates that are not in the answer.
    """

    word: str
    kind: SubjectKind
    capabilities: tuple[str, ...]
    asked_by: tuple[Link, ...]
    packages: tuple[WhyPackage, ...]
    not_in: tuple[str, ...]


def why(answered: Answered, word: str, subject: Subject | None = None) -> Why:
    """Return why a package, path, capability or feature is in an answer.

    `subject` is what the word names, where the Instance alone cannot tell (`pipeline.open_subject`). A name of
    packages none of which is in is taken for the capability of that name, where the answer has that. Raises
    UnknownSubjectError, NotInAnswerError, NoAnswerError, TimeoutError.
    """
    answered.require_answer()
    instance, chosen = answered.instance, answered.chosen
    subject = _as_met(instance, subject or find_subject(instance, word), chosen)
    found = [index for index in subject.packages if index in chosen]
    if not found:
        raise NotInAnswerError(word, _nevras(instance, subject.packages))
    graph = DemandGraph.of(instance, chosen)
    return Why(
        word=word,
        kind=subject.kind,
        capabilities=tuple(instance.capabilities[index].text for index in subject.capabilities),
        asked_by=_askers(graph, subject) if subject.kind is SubjectKind.CAPABILITY else (),
        packages=tuple(_package(answered, graph, index) for index in found),
        not_in=_nevras(instance, [index for index in subject.packages if index not in chosen]),
    )


def features_needing(answered: Answered, graph: DemandGraph, package: int) -> frozenset[int]:
    """Return the features that no part of the answer has without a package; raises TimeoutError.

    A part is a set of packages of the answer that is closed: what its packages require, and what keeps their rich
    conflicts from striking, is in it. Where conditions play no part the removal test proves it, else a solve does.
    """
    _, fallen = graph.standing(package)
    features = frozenset(
        demand.asker.index for demand in fallen if demand.asker is not None and not demand.asker.is_package
    )
    if not any(demand.conditional for demand in fallen):
        return features
    return frozenset(index for index in features if not _feasible_part(answered, package, index))


def _feasible_part(answered: Answered, without: int, feature: int) -> bool:
    """Return whether some part of the answer without a package has a feature, whatever the problem says else."""
    engine, instance = answered.engine, answered.instance
    outside = frozenset(range(len(instance.packages))) - answered.chosen
    required = instance.features[feature].required
    question = Question(
        lifted=frozenset(guard for guard in engine.model.guards if guard != ("feature", feature)),
        without_packages=outside | {without},
        with_features=frozenset() if required else frozenset({feature}),
    )
    return engine.feasible(question, answered.budget)


def _as_met(instance: Instance, subject: Subject, chosen: frozenset[int]) -> Subject:
    if subject.kind is not SubjectKind.PACKAGE or not chosen.isdisjoint(subject.packages):
        return subject
    providers = {index for held in subject.capabilities for index in instance.capabilities[held].providers}
    if chosen.isdisjoint(providers):
        return subject
    return Subject(
        word=subject.word,
        kind=SubjectKind.CAPABILITY,
        packages=tuple(sorted(providers.union(subject.packages))),
        capabilities=subject.capabilities,
        features=subject.features,
    )


def _package(answered: Answered, graph: DemandGraph, index: int) -> WhyPackage:
    instance = answered.instance
    package = instance.packages[index]
    needing = features_needing(answered, graph, index)
    leaving = [instance.packages[held] for held in graph.leaving(Node(is_package=True, index=index))]
    asked_by = [demand for demand in graph.leading_to[index] if demand.asker is not None]
    kept = next((demand for demand in graph.leading_to[index] if demand.asker is None), None)
    features = [
        LeadingFeature(
            text=instance.features[feature].text,
            where=instance.features[feature].where,
            required=instance.features[feature].required,
            needs=feature in needing,
            chain=tuple(_link(instance, demand, giver) for demand, giver in chain),
        )
        for feature, chain in graph.chains(index).items()
    ]
    return WhyPackage(
        nevra=package.nevra,
        repository=package.repository,
        origin=package.origin,
        installed_bytes=package.installed_bytes,
        download_bytes=package.download_bytes,
        features=tuple(sorted(features, key=lambda feature: (not feature.needs, len(feature.chain)))),
        asked_by=tuple(_link(instance, demand, index) for demand in asked_by),
        held_by=tuple(_holder(graph, node) for node in graph.holders(index)),
        leaving=tuple(
            Leaving(
                nevra=held.nevra,
                origin=held.origin,
                installed_bytes=held.installed_bytes,
                download_bytes=held.download_bytes,
            )
            for held in leaving
        ),
        leaving_installed_bytes=sum(held.installed_bytes or 0 for held in leaving),
        leaving_download_bytes=sum(held.download_bytes or 0 for held in leaving),
        leaving_unknown_sizes=sum(
            held.installed_bytes is None and held.origin is not PackageOrigin.VIRTUAL for held in leaving
        ),
        given_up=tuple(_link(instance, demand, index) for demand in graph.cut(index)),
        kept=None if kept is None else _reason(kept),
    )


def _reason(kept: Demand) -> str:
    return f"without it {kept.text} would hold, which is forbidden" if kept.kind == "forbidden" else kept.text


def _holder(graph: DemandGraph, node: Node) -> Holder:
    instance = graph.instance
    leaving = [instance.packages[index] for index in graph.leaving(node)]
    return Holder(
        kind="package" if node.is_package else "feature",
        name=instance.packages[node.index].nevra if node.is_package else instance.features[node.index].text,
        packages=sum(package.origin is not PackageOrigin.VIRTUAL for package in leaving),
        installed_bytes=sum(package.installed_bytes or 0 for package in leaving),
    )


def _askers(graph: DemandGraph, subject: Subject) -> tuple[Link, ...]:
    """Return the demands of the answer that speak of a subject's own capabilities."""
    instance, spoken = graph.instance, frozenset(subject.capabilities)
    demands = [
        (demand, giver)
        for node in sorted(graph.asked_by)
        for demand in graph.asked_by[node]
        if spoken.intersection(formula_capabilities(demand.formula))
        for giver in demand.givers[:1]
    ]
    return tuple(_link(instance, demand, giver) for demand, giver in demands)


def _link(instance: Instance, demand: Demand, giver: int) -> Link:
    asker = ""
    if demand.asker is not None:
        index = demand.asker.index
        asker = instance.packages[index].nevra if demand.asker.is_package else instance.features[index].text
    return Link(
        asker=asker,
        kind=demand.kind,
        text=demand.text,
        package=instance.packages[giver].nevra,
        origin=instance.packages[giver].origin,
        others=_nevras(instance, [index for index in demand.givers if index != giver]),
    )


def _nevras(instance: Instance, packages: Iterable[int]) -> tuple[str, ...]:
    return tuple(instance.packages[index].nevra for index in packages)

"""What an answer needs of a format, and what a format leaves out of it: nothing is lost without being told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from optimizer.answer.verify import unmet_weak
from optimizer.export.exported import Exported, stub_name
from optimizer.export.format import ANNOTATIONS, Expresses, Format, Loss
from optimizer.export.request import nevra_of

_NEUTRAL = "noarch"

#: Said by not filtering a repository, which a shorter request cannot afford: other streams would come in.
_OF_FULL_LISTS = frozenset({Expresses.MODULES})


def losses(format_: Format, exported: Exported) -> tuple[Loss, ...]:
    """Return what a format does not say of an answer, in the order of `Expresses`, then what `lost` adds.

    What a builder needs to make the same image, that is; `notes` are the rest.
    """
    missing = [loss for loss in _missing(format_, exported) if loss.kind not in ANNOTATIONS]
    return (*missing, *_unspoken(format_, exported), *format_.lost(exported))


def notes(format_: Format, exported: Exported) -> tuple[Loss, ...]:
    """Return what a format does not say of an answer and no builder would act on."""
    return tuple(loss for loss in _missing(format_, exported) if loss.kind in ANNOTATIONS)


def _missing(format_: Format, exported: Exported) -> Iterator[Loss]:
    said = format_.expresses if exported.request.full else format_.expresses - _OF_FULL_LISTS
    return (loss for need, loss in _needs(exported) if need in format_.expected - said)


def _unspoken(format_: Format, exported: Exported) -> tuple[Loss, ...]:
    """Return what is forbidden and no list of names says, where a resolver is given such a list."""
    texts = exported.request.unspoken
    if not (texts and format_.steerable and Expresses.EXCLUDES in format_.expresses):
        return ()
    return (Loss(Expresses.EXCLUDES, "that these must not hold, which no list of names says", texts),)


def _needs(exported: Exported) -> Iterator[tuple[Expresses, Loss]]:
    """Yield what an answer needs, each with the words for a format that lacks it."""
    yield from _needs_of_packages(exported)
    yield from _needs_of_request(exported)
    ours = exported.downstream
    if ours:
        words = "that packages are our own, to be kept and, under `downstream: rebuilt`, to be rebuilt first"
        yield _need(Expresses.DIVERGENCE, words, *(nevra_of(package) for package in ours))
    if exported.stubs:
        words = "what must still be made: nobody has packaged it, so it is left out"
        yield _need(Expresses.STUBS, words, *(stub_name(package) for package in exported.stubs))
    if exported.divergence.entries:
        words = "why sources diverge, which divergence.json does"
        yield _need(
            Expresses.REASONS, words, *(entry.source.removeprefix("stub:") for entry in exported.divergence.entries)
        )


def _needs_of_packages(exported: Exported) -> Iterator[tuple[Expresses, Loss]]:
    packages = exported.request.packages
    versioned = [wanted.name for wanted in packages if wanted.evr is not None]
    if versioned:
        words = f"the versions of {len(versioned)} packages: the builder takes what it finds best"
        yield _need(Expresses.VERSIONS, words)
    foreign = [
        f"{one.name}.{one.arch}" for one in packages if one.arch not in (None, _NEUTRAL, exported.manifest.arch)
    ]
    if foreign:
        yield _need(Expresses.ARCHITECTURE, "the architecture of packages of another one", *foreign)
    counted = Counter(wanted.name for wanted in packages)
    several = sorted(name for name, count in counted.items() if count > 1)
    if several:
        yield _need(Expresses.SAME_NAME, "that there are several packages of one name", *several)
    if exported.modular:
        words = "which module streams must be enabled for packages that are built as part of one"
        yield _need(Expresses.MODULES, words, *(nevra_of(package) for package in exported.modular))
    if len(exported.repositories) > 1:
        names = [repository.id for repository in exported.repositories]
        yield _need(Expresses.REPOSITORIES, "which repositories the packages come from", *names)


def _needs_of_request(exported: Exported) -> Iterator[tuple[Expresses, Loss]]:
    request, instance = exported.request, exported.instance
    if request.excludes or instance.forbidden:
        words = "what must be kept out"
        yield _need(Expresses.EXCLUDES, words, *(request.excludes or (one.text for one in instance.forbidden)))
    if not request.weak and _weak_may_add(exported):
        yield _need(Expresses.WEAK_SWITCH, "that weak dependencies are not followed: the builder may add packages")


def _weak_may_add(exported: Exported) -> bool:
    """Whether the answer may leave a weak dependency unmet: known only where the question has them."""
    instance = exported.instance
    if not instance.follow_weak:
        return True
    named = {(nevra_of(package), package.repository) for package in exported.manifest.packages}
    chosen = frozenset(i for i, one in enumerate(instance.packages) if (one.nevra, one.repository) in named)
    return bool(list(unmet_weak(instance, chosen)))


def _need(need: Expresses, what: str, *concerned: str) -> tuple[Expresses, Loss]:
    return need, Loss(need, what, tuple(concerned))

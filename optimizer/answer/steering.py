"""The shortest request that makes a resolver install exactly an answer: found by asking libsolv, smallest first.

**Words.** The name of a package of the answer, its full NEVRA, and the exclusion of a name that no package of the
answer bears. A name asks for the best package that bears it, so each package has one word: its name where that is
it, else its NEVRA. (With weak dependencies on it has both, and no word is taken to be redundant.) A request carries
its answer: each package is named or required, in however many steps, by one that is.

**Proof.** libsolv is not monotone: a word more may add packages or take some away, so from a failure nothing follows
about other requests, and each is asked. Only such are left out whose outcome is known: packages that nothing in the
answer requires must be named (of packages that only require each other, one); a package that the other words force
in anyway is not named, since libsolv follows what is forced before it chooses (src/solver.c, propagate); what the
answer's names cannot reach is not excluded.

**Best or not.** All this is with dnf's `best`, under which a name's best version is forced. Where it is off, a name
is a choice, which a package of that name for another architecture may settle. So names of the shortest request give
way to NEVRAs, which leave no choice, until the outcome is the same: it has no more words.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory

from optimizer.answer.judges.dnf import Dnf, dnf_for
from optimizer.answer.manifest import Manifest
from optimizer.answer.stored import identity
from optimizer.problem.problem import Problem, WeakDependencies
from optimizer.repository.repository import Repository
from optimizer.universe.instance import PackageOrigin
from optimizer.universe.steer import Named, Outcome, PlainWorld, SteeringRequest

#: A resolver that is asked a request; None where it cannot say.
Judge = Callable[[SteeringRequest], Outcome | None]


class MissingRepositoriesError(ValueError):
    """Repositories that packages of an answer come from and that a problem file does not have."""

    def __init__(self, problem: str, repositories: tuple[str, ...]) -> None:
        super().__init__(problem, repositories)
        self.problem, self.repositories = problem, repositories

    def __str__(self) -> str:
        named = ", ".join(self.repositories)
        return f"problem {self.problem} has no repository {named}, which packages of the answer come from"


class NoRequestError(ValueError):
    """An answer that no request gives: why not even its full list does, and whether it has packages of our own."""

    def __init__(self, why: tuple[str, ...], *, diverging: bool) -> None:
        super().__init__(why, diverging)
        self.why, self.diverging = why, diverging

    def __str__(self) -> str:
        return "\n".join(("there is no request that gives this answer, not even all its packages named", *self.why))


@dataclass(frozen=True, slots=True)
class Steered:
    """A request that gives exactly the answer; no shorter one has less than `at_least` words.

    `asked` counts what libsolv was asked. Without a `request` there is none of any length, and `why` says so.
    """

    request: SteeringRequest | None
    at_least: int
    asked: int
    why: tuple[str, ...] = ()

    @property
    def proven(self) -> bool:
        """Whether no request is shorter."""
        return self.request is not None and self.request.size <= self.at_least


@dataclass(frozen=True, slots=True, order=True)
class _Word:
    """One word: `rank` 0 is a name, 1 a NEVRA, 2 an exclusion; `nevra` the package of the answer it names."""

    rank: int
    text: str
    nevra: str = ""


def used_repositories(problem: Problem, manifest: Manifest) -> Problem:
    """Return the problem with those repositories only that packages of an answer come from, as an export names them.

    Raises MissingRepositoriesError.
    """
    used = {package.repository for package in manifest.packages if package.origin != PackageOrigin.STUB}
    missing = used - {repository.id for repository in problem.repositories}
    if missing:
        raise MissingRepositoriesError(problem.name, tuple(sorted(missing)))
    kept = tuple(repository for repository in problem.repositories if repository.id in used)
    return replace(problem, repositories=kept)


def wanted_packages(manifest: Manifest) -> tuple[Named, ...]:
    """Return the packages of an answer as a plain world knows them, stubs too."""
    return tuple(Named(identity(package)[0], package.repository, package.checksum) for package in manifest.packages)


def switches(problem: Problem) -> tuple[bool, ...]:
    """Return the states of the weak-dependency switch that are tried: off, and on where the problem follows them."""
    return (False, True) if problem.policy.weak_dependencies is WeakDependencies.FOLLOW else (False,)


def steer(world: PlainWorld, *, weak: Sequence[bool], time_limit_s: float | None, confirm: Judge | None) -> Steered:
    """Return the shortest request for the wanted packages of a world, over the given weak-dependency switches.

    `confirm` is a second resolver, which must install the same for a request to count; None where it cannot say.
    Where the time is up first, the request is valid and `at_least` says how far the search came. A request with a
    later switch wins only if it is shorter.
    """
    absent = world.absent()
    if absent:
        return Steered(None, 0, 0, tuple(f"no repository has {nevra}" for nevra in absent))
    ends = None if time_limit_s is None else time.monotonic() + time_limit_s
    found = [_Search(world, switch, ends, confirm).run() for switch in weak]
    held = [one for one in found if one.request is not None]
    if not held:
        return found[0]
    best = min(held, key=lambda one: one.request.size if one.request else 0)
    return Steered(best.request, min(one.at_least for one in held), sum(one.asked for one in found))


def steer_with_dnf(
    world: PlainWorld, problem: Problem, repositories: Sequence[Repository], time_limit_s: float | None
) -> tuple[Steered, Dnf]:
    """Return the shortest request for the wanted packages of a plain world, and dnf, which was asked as well."""
    with TemporaryDirectory(prefix="pkgset-dnf-") as root:
        dnf = dnf_for(world, problem, repositories, Path(root))
        return steer(world, weak=switches(problem), time_limit_s=time_limit_s, confirm=dnf.ask), dnf


class _Search:
    """One search, for one state of the weak-dependency switch."""

    def __init__(self, world: PlainWorld, weak: bool, ends: float | None, confirm: Judge | None) -> None:
        self.world, self.weak, self.ends, self.confirm = world, weak, ends, confirm
        self.wanted = frozenset(named.nevra for named in world.wanted)
        self.asked = 0
        names = {world.name(nevra) for nevra in self.wanted}
        self.excludes = tuple(_Word(2, name) for name in world.narrow(weak=weak) if name not in names)
        words = {self._word(nevra) for nevra in self.wanted}
        if weak:  # how libsolv follows recommendations can hang on what else bears a name
            words |= {_Word(1, nevra, nevra) for nevra in self.wanted}
        self.words = tuple(sorted(words))
        sources = _sources(_closures(self._requirers()))
        self.groups = [[word for word in self.words if word.nevra in members] for members in sources]
        forced = {nevra: frozenset() if weak else world.forced(nevra) & self.wanted for nevra in sorted(self.wanted)}
        self.closures = _closures(forced)

    def run(self) -> Steered:
        """Return the shortest request found, and how many words any has at least."""
        full = self._full()
        if isinstance(full, Outcome):
            return Steered(None, 0, self.asked, full.problems)
        best = self._found_short(full)
        size = len(self.groups)
        while size < len(best):
            shorter = self._first(size)
            if shorter is None:
                break
            if shorter:
                return self._steered(shorter, size)
            size += 1
        return self._steered(best, min(size, len(best)))

    def _word(self, nevra: str) -> _Word:
        """Return the word that asks for a package: its name where that does, which asks for the best and no other."""
        name = _Word(0, self.world.name(nevra), nevra)
        given = self._ask([name]).packages
        others = [other for other in self.wanted - {nevra} if self.world.name(other) == name.text]
        return name if nevra in given and given.isdisjoint(others) else _Word(1, nevra, nevra)

    def _requirers(self) -> dict[str, frozenset[str]]:
        """Return, for each wanted package, the wanted ones that speak of it in what they require."""
        requirers: dict[str, frozenset[str]] = {nevra: frozenset() for nevra in sorted(self.wanted)}
        for nevra in requirers:
            for other in self.world.mentioned(nevra, weak=self.weak) & self.wanted:
                requirers[other] |= {nevra}
            if self.weak:
                requirers[nevra] |= self.world.supplemented(nevra) & self.wanted
        return requirers

    def _request(self, words: Sequence[_Word]) -> SteeringRequest:
        texts = [tuple(sorted(word.text for word in words if word.rank == rank)) for rank in range(3)]
        return SteeringRequest(names=texts[0], pins=texts[1], excludes=texts[2], weak=self.weak)

    def _ask(self, words: Sequence[_Word], *, best: bool = True) -> Outcome:
        self.asked += 1
        return self.world.ask(replace(self._request(words), best=best))

    def _gives(self, words: Sequence[_Word], *, best: bool = True) -> bool:
        return self._ask(words, best=best).packages == self.wanted

    def _confirmed(self, words: Sequence[_Word], *, best: bool = True) -> bool:
        outcome = None if self.confirm is None else self.confirm(replace(self._request(words), best=best))
        return outcome is None or outcome.packages == self.wanted

    def _full(self) -> tuple[_Word, ...] | Outcome:
        """Return every NEVRA and exclusions of what comes all the same, or why not even these give the answer."""
        words = tuple(_Word(1, nevra, nevra) for nevra in sorted(self.wanted))
        outcome = self._ask(words)
        while more := self._against(outcome, words) if self.weak else []:
            words = (*words, *more)
            outcome, before = self._ask(words), outcome
            if outcome.problems:  # what was excluded is required
                return Outcome(frozenset(), self._differences(before))
        if outcome.packages != self.wanted:
            return Outcome(frozenset(), outcome.problems or self._differences(outcome))
        said = None if self.confirm is None else self.confirm(self._request(words))
        if said is not None and said.packages != self.wanted:
            return Outcome(frozenset(), said.problems or self._differences(said))
        return words

    def _against(self, outcome: Outcome, words: Sequence[_Word]) -> list[_Word]:
        extra = {self._name_of(nevra) for nevra in outcome.packages - self.wanted}
        return [word for word in self.excludes if word.text in extra and word not in words]

    def _name_of(self, nevra: str) -> str:
        return self.world.name(nevra) if nevra in self.world.nevras else nevra.rsplit("-", 2)[0]

    def _differences(self, outcome: Outcome) -> tuple[str, ...]:
        added, lacking = sorted(outcome.packages - self.wanted), sorted(self.wanted - outcome.packages)
        words = [f"with every package named, {nevra} comes too" for nevra in added]
        return (*words, *(f"{nevra}, though named, does not come" for nevra in lacking))

    def _found_short(self, full: tuple[_Word, ...]) -> tuple[_Word, ...]:
        """Return words that give the answer and of which none can be left out, or `full` where dnf wants more."""
        words: tuple[_Word, ...] = tuple(group[0] for group in self.groups)
        while (outcome := self._ask(words)).packages != self.wanted:
            steps = [(self._distance(self._ask((*words, word))), word) for word in self._steps(outcome, words)]
            if not steps or min(steps)[0] >= self._distance(outcome):
                words = self._spelt_short(full)  # no single word mends it
                break
            words = (*words, min(steps)[1])
        words = self._reduced(words)
        return words if self._confirmed(words) else self._reduced_by_both(self._spelt_short(full))

    def _spelt_short(self, full: tuple[_Word, ...]) -> tuple[_Word, ...]:
        """Return the full list with names for NEVRAs where these do as well, to both resolvers."""
        named = (*self.words, *(word for word in full if word.rank == 2))
        return named if self._gives(named) and self._confirmed(named) else full

    def _steps(self, outcome: Outcome, words: Sequence[_Word]) -> list[_Word]:
        """Return the words that may mend an outcome: of packages that did not come, and against those that did."""
        missing = [word for word in self.words if word.nevra not in outcome.packages and word not in words]
        return [*missing, *self._against(outcome, words)]

    def _distance(self, outcome: Outcome) -> float:
        return inf if outcome.problems else len(outcome.packages ^ self.wanted)

    def _reduced(self, words: tuple[_Word, ...]) -> tuple[_Word, ...]:
        for word in sorted(words, reverse=True):
            fewer = tuple(other for other in words if other != word)
            if self._hits(fewer) and self._gives(fewer):
                words = fewer
        return words

    def _reduced_by_both(self, words: tuple[_Word, ...]) -> tuple[_Word, ...]:
        """Leave words out by halves, asking both resolvers: the second is slow."""
        step = max(1, len(words) // 2)
        while step:
            for start in range(0, len(words), step):
                fewer = words[:start] + words[start + step :]
                if self._in_time() and self._hits(fewer) and self._gives(fewer) and self._confirmed(fewer):
                    words = fewer
                    break
            else:
                step //= 2
        return words

    def _hits(self, words: Sequence[_Word]) -> bool:
        named = {word.nevra for word in words}
        return all(any(word.nevra in named for word in group) for group in self.groups)

    def _in_time(self) -> bool:
        return self.ends is None or time.monotonic() < self.ends

    def _first(self, size: int) -> tuple[_Word, ...] | None:
        """Return the first request of so many words that gives the answer, `()` where none does, None out of time."""
        for words in self._requests(size):
            if not self._in_time():
                return None
            self.asked += 1
            if self.world.ask(self._request(words), locked=True).packages != self.wanted:
                continue
            if self._gives(words) and self._confirmed(words):
                return words
        return ()

    def _requests(self, size: int) -> Iterator[tuple[_Word, ...]]:
        for excluded in range(size - len(self.groups) + 1):
            for excludes in combinations(self.excludes, excluded):
                for named in self._carrying(size - excluded, 0, (), frozenset()):
                    yield (*named, *excludes)

    def _carrying(
        self, size: int, group: int, chosen: tuple[_Word, ...], barred: frozenset[_Word]
    ) -> Iterator[tuple[_Word, ...]]:
        """Yield once each set of so many names and NEVRAs that has a word of every group and no redundant one."""
        if group < len(self.groups):
            for index, word in enumerate(self.groups[group]):
                earlier = barred | frozenset(self.groups[group][:index])
                yield from self._carrying(size, group + 1, (*chosen, word), earlier)
            return
        forced = {nevra for word in chosen for nevra in self.closures[word.nevra]}
        out = barred.union(chosen)
        rest = [word for word in self.words if word not in out and word.nevra not in forced]
        for more in combinations(rest, size - len(chosen)):
            if not self._redundant(more):
                yield (*chosen, *more)

    def _redundant(self, words: Sequence[_Word]) -> bool:
        return any(other.nevra in self.closures[one.nevra] for one in words for other in words if one is not other)

    def _steered(self, words: tuple[_Word, ...], at_least: int) -> Steered:
        return Steered(self._request(self._settled(words)), at_least, self.asked)

    def _settled(self, words: tuple[_Word, ...]) -> tuple[_Word, ...]:
        """Return as many words that give the answer whether or not only best versions will do."""
        if self._gives(words, best=False) and self._confirmed(words, best=False):
            return words
        pinned = tuple(_Word(1, word.nevra, word.nevra) if word.rank == 0 else word for word in words)
        if not (self._gives(pinned) and self._gives(pinned, best=False)):
            return words  # what was shown of these holds; nothing better is known
        settled = pinned
        for position, word in enumerate(words):
            looser = (*settled[:position], word, *settled[position + 1 :])
            if self._gives(looser) and self._gives(looser, best=False):
                settled = looser
        agreed = (one for one in (settled, pinned) if self._confirmed(one) and self._confirmed(one, best=False))
        return next(agreed, words)


def _closures(steps: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Return what each package reaches in one or more steps."""
    found = {}
    for start, first in steps.items():
        seen, new = set(first), sorted(first)
        while new:
            further = steps[new.pop()] - seen
            seen |= further
            new.extend(further)
        found[start] = frozenset(seen)
    return found


def _sources(requirers: Mapping[str, frozenset[str]]) -> list[frozenset[str]]:
    """Return the packages that no other needs, those that need each other together, in the order of their names.

    `requirers` are all that need a package, in any number of steps.
    """
    groups = []
    for nevra in sorted(requirers):
        members = requirers[nevra] | {nevra}
        if nevra == min(members) and all(nevra in requirers[other] for other in members - {nevra}):
            groups.append(members)
    return groups

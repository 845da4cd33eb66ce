"""Questions to an answer: what they are put to, opened, and what needs the repositories again, asked of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from optimizer.answer.judges.dnf import Dnf
from optimizer.answer.manifest import Manifest
from optimizer.answer.result import Result
from optimizer.answer.steering import Steered, steer_with_dnf, used_repositories, wanted_packages
from optimizer.answer.stored import checked_solution, read_record, read_stored, stored_instance
from optimizer.explain.answered import Answered
from optimizer.explain.change import Change, change_problem, dropped_features
from optimizer.explain.changed_instance import change_instance
from optimizer.explain.difference import chosen_identities, nearest_to
from optimizer.explain.subject import Subject, UnknownSubjectError, find_subject, provided_subject, wanted
from optimizer.explain.what_if import Ground, WhatIf, compare_answers
from optimizer.model.solution import Solution, SolveStatus
from optimizer.model.solver import Budget
from optimizer.pipeline import Settings, close_problem, open_repositories, solve_closed, solve_file
from optimizer.problem.dependency import Dependency, DependencySyntaxError, parse_dependency
from optimizer.problem.load import load_problem
from optimizer.problem.problem import Feature, Position, Problem
from optimizer.universe.instance import Instance, Package, PackageOrigin
from optimizer.universe.load import load_world
from optimizer.universe.size import check_known_sizes
from optimizer.universe.snapshot import SUFFIX, read_instance
from optimizer.universe.steer import plain_world


class RejectedError(AssertionError):
    """An answer that a judge rejected: no question can be put to it."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.instance.problem)
        self.result = result

    def __str__(self) -> str:
        rejecting = [one for one in self.result.record.judges if one.verdict == "rejected"]
        return "\n".join(f"{one.judge} rejects the answer: {line}" for one in rejecting for line in one.evidence)


class OtherQuestionError(ValueError):
    """A problem file that does not ask what a result answers: the file, and the repositories that have changed."""

    def __init__(self, file: Path, result: Path, repositories: tuple[str, ...]) -> None:
        super().__init__(file, result, repositories)
        self.file, self.result, self.repositories = file, result, repositories

    def __str__(self) -> str:
        if self.repositories:
            named = ", ".join(self.repositories)
            return f"{self.file}: not what it was when {self.result} was made: {named}; solve it again"
        return f"{self.file}: asks another question than {self.result} answers; solve it again"


def open_answer(path: Path, settings: Settings) -> Answered:
    """Return an answer to put questions to: a directory that `pkgset solve` wrote, a problem or an Instance file.

    A problem or an Instance is solved first, and judged; its divergence list is not made. Raises what `solve_file`
    raises, BadResultError, UnknownPackagesError, RejectedError, TimeoutError where the time limit ends first, and
    KeyboardInterrupt where Ctrl-C does: who asks a question wants none about half an answer.
    """
    if path.is_dir():
        return _stored_answer(path, settings)
    budget = Budget(settings.time_limit_s, settings.workers)
    result = _whole(solve_file(path, replace(settings, divergence=False), budget), budget)
    return Answered(result.instance, result.solution, Budget(settings.time_limit_s, settings.workers))


def open_subject(path: Path, word: str, settings: Settings, problem: Path | None = None) -> tuple[Answered, Subject]:
    """Return an answer and what a word names in it; `path` and `problem` as for `suppose`.

    An Instance knows the paths and capabilities that something asks for. For another one the problem is closed over
    its repositories with one more, optional, feature, if there are any to ask. Raises what `open_answer` raises,
    NoAnswerError, UnknownSubjectError and OtherQuestionError.
    """
    answered = open_answer(path, settings)
    answered.require_answer()
    file = problem if problem is not None or path.is_dir() or path.suffix == SUFFIX else path
    try:
        return answered, find_subject(answered.instance, word)
    except UnknownSubjectError:
        sought = _dependency(word)
        if file is None or sought is None:
            raise
    asked = load_problem(file)
    if problem is not None:
        _check_question(asked, file, path, answered.instance, settings)
    return answered, provided_subject(answered.instance, word, _providers(asked, sought, settings))


def _dependency(word: str) -> Dependency | None:
    try:
        return parse_dependency(word)
    except DependencySyntaxError:
        return None


def _providers(problem: Problem, sought: Dependency, settings: Settings) -> tuple[Package, ...]:
    """Return the packages of a problem's repositories that help a dependency to hold."""
    probe = Feature(sought, False, 0, None, Position("", 0, "sought"))
    wider = close_problem(replace(problem, features=(*problem.features, probe)), settings).closed.instance
    formula = next(feature.formula for feature in wider.features if feature.where == probe.position.brief)
    givers = sorted({index for held in wanted(formula) for index in wider.capabilities[held].providers})
    made = (PackageOrigin.STUB, PackageOrigin.VIRTUAL)
    return tuple(wider.packages[index] for index in givers if wider.packages[index].origin not in made)


def open_instance(path: Path, settings: Settings) -> Instance:
    """Return the question of a result directory, an Instance file or a problem file; nothing is solved.

    Raises what `close_problem` raises, ProblemError, BadInstanceError, BadResultError.
    """
    if path.is_dir():
        return stored_instance(path)
    if path.suffix == SUFFIX:
        return read_instance(path)
    return close_problem(load_problem(path), settings).closed.instance


def suppose(path: Path, change: Change, settings: Settings, problem: Path | None = None) -> WhatIf:
    """Return what the answer would be under a change; `path` as for `open_answer`.

    Where `path` is a problem file, or `problem` names the one that a result or an Instance came from, the changed
    problem is closed over its repositories again. Else the Instance is changed. Ties fall to the answer's packages.
    Raises what `open_answer` raises, UnknownSuppositionError, OutsideClosureError and OtherQuestionError.
    """
    answered = open_answer(path, settings)
    dropped = dropped_features(answered.instance, change)
    file = problem if problem is not None or path.is_dir() or path.suffix == SUFFIX else path
    world = None
    if file is None:
        instance = change_instance(answered.instance, change, dropped)
        check_known_sizes(instance)
    else:
        asked = load_problem(file)
        if problem is not None:
            _check_question(asked, file, path, answered.instance, settings)
        changed, suppositions = change_problem(asked, change, dropped)
        world = close_problem(changed, settings, suppositions=suppositions)
        instance = world.closed.instance
    near = nearest_to(instance, chosen_identities(answered.instance, answered.solution))
    budget = Budget(settings.time_limit_s, settings.workers)
    result = _whole(solve_closed(near, world, replace(settings, divergence=False), budget=budget), budget)
    ground = Ground.INSTANCE if world is None else Ground.REPOSITORIES
    return compare_answers(answered, change, ground, (near, result.solution), result.record.infeasible)


def _whole(result: Result, budget: Budget) -> Result:
    """Return a result that a question can go on from.

    Raises KeyboardInterrupt where Ctrl-C ended its solve, TimeoutError without a result, RejectedError.
    """
    if budget.interrupted:
        raise KeyboardInterrupt
    if result.solution.status is SolveStatus.UNKNOWN:
        raise TimeoutError
    if result.record.status == "rejected":
        raise RejectedError(result)
    return result


def _check_question(problem: Problem, file: Path, result: Path, instance: Instance, settings: Settings) -> None:
    """Raise OtherQuestionError unless closing the problem again gives the very Instance that was answered."""
    again = close_problem(problem, settings).closed.instance
    if again == instance:
        return
    before = {held.repository: held.checksum for held in instance.inputs}
    changed = tuple(held.repository for held in again.inputs if before.get(held.repository) != held.checksum)
    raise OtherQuestionError(file, result, changed)


def _stored_answer(directory: Path, settings: Settings) -> Answered:
    instance = stored_instance(directory)
    if read_record(directory).status == "infeasible":
        solution = Solution(status=SolveStatus.INFEASIBLE)
    else:
        solution = checked_solution(read_stored(directory), instance)
    return Answered(instance, solution, Budget(settings.time_limit_s, settings.workers))


def steer_answer(manifest: Manifest, problem: Problem, settings: Settings) -> tuple[Steered, Dnf]:
    """Return the shortest request for an answer's packages from the repositories they come from, and dnf.

    Raises RepositoryError, MissingRepositoriesError.
    """
    problem = used_repositories(problem, manifest)
    repositories = open_repositories(problem, settings)
    loaded = load_world(problem, repositories, settings.cache, settings.progress, filelists=True)
    world = plain_world(problem, loaded, wanted_packages(manifest))
    settings.progress.start("steer", None)
    found = steer_with_dnf(world, problem, repositories, settings.time_limit_s)
    settings.progress.finish()
    return found

"""libsolv's verdict on a set of packages of a world, read from the very rpm-md the product would read."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import solv

from tests.oracle.repositories import write_repositories
from tests.oracle.world import OraclePackage, World


class Libsolv:
    """A pool with a whole world in it, all of it considered; a question locks out what is not chosen."""

    def __init__(self, world: World, directory: Path, install_only: Collection[str] = ()) -> None:
        self.world = world
        self.pool = solv.Pool()
        self.pool.setarch("x86_64")
        self.pool.set_flag(solv.Pool.POOL_FLAG_IMPLICITOBSOLETEUSESCOLORS, 1)
        self.identifiers: dict[tuple[str | None, str], int] = {}
        for name, path in write_repositories(world, directory).items():
            self._load(name, path / "repodata")
        self.pool.addfileprovides()
        self.pool.createwhatprovides()
        repeat = solv.Job.SOLVER_MULTIVERSION | solv.Job.SOLVER_SOLVABLE_PROVIDES
        self.repeats = [self.pool.Job(repeat, self.pool.Dep(name).id) for name in install_only]

    def _load(self, name: str, repodata: Path) -> None:
        repository = self.pool.add_repo(name)
        for part, language, flags in (
            ("primary", None, 0),
            ("filelists", "FL", solv.Repo.REPO_EXTEND_SOLVABLES | solv.Repo.REPO_LOCALPOOL),
        ):
            handle = solv.xfopen(str(repodata / f"{part}.xml"))
            assert handle is not None
            assert repository.add_rpmmd(handle, language, flags)
            handle.close()
        repository.internalize()
        for solvable in repository.solvables_iter():
            self.identifiers[name, f"{solvable.name}-{solvable.evr}.{solvable.arch}"] = solvable.id

    def identifier(self, package: OraclePackage) -> int:
        """Return libsolv's id of a package of the world."""
        return self.identifiers[package.repository, package.nevra]

    def problems(self, chosen: Collection[int]) -> list[str]:
        """Return libsolv's problems with installing exactly these packages of the world; none: it can be done."""
        solver = self.pool.Solver()
        solver.set_flag(solv.Solver.SOLVER_FLAG_IGNORE_RECOMMENDED, 1)
        return [str(problem) for problem in solver.solve([*self.repeats, *map(self._job, self._split(chosen))])]

    def _split(self, chosen: Collection[int]) -> list[tuple[int, bool]]:
        return [(self.identifier(one), index in chosen) for index, one in enumerate(self.world.packages)]

    def _job(self, wanted: tuple[int, bool]) -> Any:
        identifier, installed = wanted
        action = solv.Job.SOLVER_INSTALL if installed else solv.Job.SOLVER_ERASE
        return self.pool.Job(action | solv.Job.SOLVER_SOLVABLE, identifier)

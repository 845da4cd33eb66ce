"""Ask dnf 4 what it would install: JSON on stdin, JSON on stdout; run by the Python that has dnf, not by ours.

Nothing of the machine enters: no dnf.conf, no plugins, no installed packages, everything written below `root`.
"""

import json
import sys
from pathlib import Path
from typing import Any

import dnf  # type: ignore[import-not-found, unused-ignore]
import dnf.exceptions  # type: ignore[import-not-found, unused-ignore]
import dnf.module.module_base  # type: ignore[import-not-found, unused-ignore]


def open_base(question: dict[str, Any]) -> dnf.Base:
    """Return a base with the question's repositories loaded and an empty system."""
    root = Path(question["root"])
    base = dnf.Base()
    conf = base.conf
    for option, directory in (("installroot", "install"), ("persistdir", "persist"), ("logdir", "log")):
        (root / directory).mkdir(parents=True, exist_ok=True)
        setattr(conf, option, str(root / directory))
    conf.cachedir = question["cache"]
    conf.reposdir = conf.varsdir = conf.pluginpath = conf.pluginconfpath = []
    conf.plugins = conf.skip_if_unavailable = False
    conf.install_weak_deps = question["weak"]
    conf.best = conf.assumeno = conf.strict = True
    conf.installonly_limit = 0  # every install-only version that is asked for stays
    conf.module_platform_id = question["platform"]
    conf.substitutions.update(
        {"arch": question["arch"], "basearch": question["arch"], "releasever": question["releasever"]}
    )
    for identifier, directory in question["repositories"].items():
        repo = base.repos.add_new_repo(identifier, conf, baseurl=[Path(directory).as_uri()])
        repo.gpgcheck = repo.repo_gpgcheck = False
        repo.enable()
    base.fill_sack(load_system_repo=False, load_available_repos=True)
    if question["modules"]:
        dnf.module.module_base.ModuleBase(base).enable(question["modules"])
    return base


def want(base: dnf.Base, spec: str) -> None:
    """Mark one package, by its exact NEVRA where one bears it and else as `dnf install` reads the word."""
    exact = sorted(base.sack.query().available().filterm(nevra_strict=spec))
    if exact:
        base.package_install(exact[0])
    elif spec.startswith("@"):
        base.install_specs([spec])
    else:
        base.install(spec)


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """Return `install` (NEVRAs, sorted) or `problem` (dnf's words)."""
    base = open_base(question)
    try:
        for spec in question["specs"]:
            want(base, spec)
        base.resolve(allow_erasing=False)
    except dnf.exceptions.Error as error:
        return {"problem": str(error) or type(error).__name__}
    return {"install": sorted(map(str, base.transaction.install_set))}


if __name__ == "__main__":
    json.dump(answer(json.load(sys.stdin)), sys.stdout)

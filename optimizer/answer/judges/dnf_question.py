"""What dnf 4 would install on an empty system, JSON on stdin and stdout; run by the Python that has dnf, not by ours.

Nothing of the machine enters: no dnf.conf, no plugins, no installed packages; everything is written below `root`.
"""

import json
import sys
from pathlib import Path
from typing import Any


def open_base(question: dict[str, Any]) -> Any:
    """Return a base with the question's repositories loaded and an empty system."""
    import dnf  # type: ignore[import-not-found, unused-ignore]
    import dnf.module.module_base  # type: ignore[import-not-found, unused-ignore]

    root = Path(question["root"])
    base = dnf.Base()
    conf = base.conf
    for option in ("installroot", "persistdir", "logdir", "cachedir"):
        (root / option).mkdir(parents=True, exist_ok=True)
        setattr(conf, option, str(root / option))
    conf.reposdir = conf.varsdir = conf.pluginpath = conf.pluginconfpath = []
    conf.plugins = conf.skip_if_unavailable = False
    conf.install_weak_deps = question["weak"]
    conf.best = question["best"]
    conf.strict = True
    conf.installonly_limit = 0
    conf.installonlypkgs = question["install_only"]
    conf.excludepkgs = question["excludes"]
    conf.module_platform_id = question["platform"]
    conf.substitutions.update({"arch": question["arch"], "basearch": question["arch"], "releasever": "0"})
    for identifier, url in question["repositories"].items():
        repo = base.repos.add_new_repo(identifier, conf, baseurl=[url])
        repo.gpgcheck = repo.repo_gpgcheck = False
        repo.enable()
    base.fill_sack(load_system_repo=False, load_available_repos=True)
    if question["modules"]:
        dnf.module.module_base.ModuleBase(base).enable(question["modules"])
    return base


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """Return `version` and `install` (NEVRAs, sorted), `problem` (the request has none) or `unable` (dnf has)."""
    import dnf.const  # type: ignore[import-not-found, unused-ignore]
    import dnf.exceptions  # type: ignore[import-not-found, unused-ignore]

    said: dict[str, Any] = {"version": dnf.const.VERSION}
    try:
        base = open_base(question)
    except dnf.exceptions.Error as error:
        return {**said, "unable": str(error) or type(error).__name__}
    try:
        for word in question["words"]:
            base.install(word)
        base.resolve(allow_erasing=False)
    except dnf.exceptions.Error as error:
        return {**said, "problem": str(error) or type(error).__name__}
    return {**said, "install": sorted(map(str, base.transaction.install_set))}


if __name__ == "__main__":
    json.dump(answer(json.load(sys.stdin)), sys.stdout)

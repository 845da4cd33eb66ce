"""Command lines of dnf, microdnf, yum, tdnf, zypper and rpm-ostree: what they install, remove and are told.

Source: dnf(8), dnf5(8), microdnf(8), tdnf(8), zypper(8); options that take a value in a word of its own are listed,
as else the value would be taken for a package.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath

_DNF = frozenset(("dnf", "dnf5", "dnf-3", "yum", "microdnf", "tdnf"))
MANAGERS = _DNF | {"zypper", "rpm-ostree"}
_WITH_VALUE = {
    **dict.fromkeys(
        _DNF,
        frozenset(
            (
                *(
                    "-x",
                    "--exclude",
                    "--excludepkgs",
                    "--setopt",
                    "--installroot",
                    "--releasever",
                    "--repo",
                    "--repoid",
                ),
                *("--enablerepo", "--disablerepo", "--repofrompath", "-c", "--config", "--forcearch", "--arch", "-d"),
                *("-e", "--debuglevel", "--errorlevel", "--rpmverbosity", "--comment", "--color", "--advisory"),
                *("--destdir", "--downloaddir", "--disableplugin", "--enableplugin", "--from-repo", "-R"),
            )
        ),
    ),
    "zypper": frozenset(
        (
            *("-r", "--repo", "--from", "-R", "--root", "--installroot", "-t", "--type", "-c", "--config"),
            *("--releasever", "-p", "--plus-repo", "--plus-content", "-D", "--reposd-dir", "--name", "--capability"),
        )
    ),
    "rpm-ostree": frozenset(("--install", "--uninstall", "--enablerepo", "--disablerepo", "--releasever")),
}
_INSTALL = frozenset(("install", "in", "localinstall", "reinstall", "install-n", "install-na", "install-nevra"))
_REMOVE = frozenset(("remove", "erase", "rm", "uninstall", "purge", "autoremove"))
_GROUP_INSTALL = frozenset(("groupinstall", "group-install"))
_FALSE = frozenset(("0", "no", "false", "off"))


@dataclass(slots=True)
class Run:
    """One call of a package manager; `weak` is whether it follows weak dependencies.

    `other` is a sub-command that is none of install, remove, group and module, and concerns repositories or packages.
    """

    manager: str
    install: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    remove: list[str] = field(default_factory=list)
    exclude: list[str] = field(default_factory=list)
    modules: list[str] = field(default_factory=list)
    repositories: list[tuple[str, str]] = field(default_factory=list)
    enabled: list[str] = field(default_factory=list)
    weak: bool = True
    installroot: str | None = None
    releasever: str | None = None
    arch: str | None = None
    other: str = ""


def read_run(words: tuple[str, ...]) -> Run | None:
    """Return what a command line of a package manager asks for; None where it is of another program."""
    manager = PurePosixPath(words[0]).name
    if manager not in MANAGERS:
        return None
    run = Run(manager, weak=manager != "tdnf")
    arguments = _options(run, list(words[1:]))
    verb = arguments.pop(0) if arguments else ""
    if verb in ("group", "groups", "module", "swap"):
        _compound(run, verb, arguments)
    elif verb in _GROUP_INSTALL:
        run.groups += arguments
    elif verb in _INSTALL:
        if manager == "zypper" and "pattern" in words:
            run.groups += arguments
        else:
            run.install += arguments
    elif verb in _REMOVE:
        run.remove += arguments
    elif verb in ("override", "config-manager", "ar", "addrepo", "copr", "builddep", "source", "debuginfo-install"):
        run.other = verb
    return run


def _compound(run: Run, verb: str, arguments: list[str]) -> None:
    action = arguments.pop(0) if arguments else ""
    if verb == "swap":
        run.remove.append(action)
        run.install += arguments
    elif verb == "module":
        if action in ("enable", "install", "switch-to"):
            run.modules += [stream for argument in arguments if (stream := argument.partition("/")[0])]
        if action in ("install", "switch-to"):
            run.install += [f"@{argument}" for argument in arguments]
    elif action in ("install", "upgrade"):
        run.groups += arguments
    else:
        run.other = f"{verb} {action}"


def _options(run: Run, words: list[str]) -> list[str]:
    """Take the options out of the words; return the arguments, without empty ones, which name nothing."""
    arguments: list[str] = []
    takes_value = _WITH_VALUE[run.manager if run.manager in _WITH_VALUE else "dnf"]
    ended = False
    while words:
        word = words.pop(0)
        if word == "--" and not ended:
            ended = True
        elif ended or not word.startswith("-") or word == "-":
            arguments.append(word)
        else:
            name, equals, value = word.partition("=")
            if not equals and name in takes_value and words:
                value = words.pop(0)
            _option(run, name, value)
    return [argument for argument in arguments if argument]


def _option(run: Run, name: str, value: str) -> None:
    listed = [word for word in value.replace(",", " ").split() if word]
    if name in ("-x", "--exclude", "--excludepkgs"):
        run.exclude += listed
    elif name.startswith("-x") and not name.startswith("--"):
        run.exclude.append(name[2:])
    elif name == "--setopt":
        _setting(run, value)
    elif name == "--no-recommends":
        run.weak = False
    elif name == "--recommends":
        run.weak = True
    elif name in ("--installroot", "--root") or (run.manager == "zypper" and name == "-R"):
        run.installroot = value
    elif name == "--releasever":
        run.releasever = value
    elif name in ("--forcearch", "--arch"):
        run.arch = value
    elif name == "--repofrompath":
        identity, _, url = value.partition(",")
        run.repositories.append((identity, url))
    elif name in ("--enablerepo", "--repo", "--repoid", "--from-repo"):
        run.enabled += listed
    elif name == "--install":
        run.install += listed


def _setting(run: Run, value: str) -> None:
    key, _, setting = value.partition("=")
    if key == "install_weak_deps":
        run.weak = setting.strip().lower() not in _FALSE
    elif key in ("excludepkgs", "exclude"):
        run.exclude += setting.replace(",", " ").split()

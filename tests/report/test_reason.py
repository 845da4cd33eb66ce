"""Cores, evidence and prices as sentences."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer.answer.core import CorePart
from optimizer.report.reason import core_sentence, divergence_sentence, evidence_sentence, price_sentence
from tests.report.made import MIB, entry

WHERE = "image.yaml:9: features.required[0]"


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        (CorePart(kind="feature", text="git", providers=("git-1-1.x86_64",)), "feature git is required"),
        (CorePart(kind="feature", text="git"), "feature git is required, and nothing provides it"),
        (CorePart(kind="forbidden", text="perl", where=WHERE), f"perl is forbidden  [{WHERE}]"),
        (CorePart(kind="pin", text="bash from downstream"), "pin: bash from downstream"),
        (CorePart(kind="lock", text="bash-1-1.x86_64"), "lock: bash-1-1.x86_64"),
        (CorePart(kind="limit", text="installed_size <= 83886080"), "limit: installed size at most 80.0 MiB"),
        (CorePart(kind="limit", text="packages <= 1200"), "limit: packages at most 1,200 packages"),
        (
            CorePart(kind="limit", text="feature_group editors >= 1 and <= 2"),
            "limit: feature group editors at least 1 and at most 2",
        ),
        (
            CorePart(kind="requires", package="a-1-1.x86_64", text="b"),
            "a-1-1.x86_64 requires b, which nothing provides",
        ),
        (
            CorePart(kind="requires", package="a-1-1.x86_64", text="b", providers=("c-1", "d-1", "e-1", "f-1")),
            "a-1-1.x86_64 requires b, which only c-1, d-1, e-1 and 1 more can give",
        ),
        (
            CorePart(kind="conflicts", package="a-1-1.x86_64", text="b", providers=("c-1",)),
            "a-1-1.x86_64 conflicts with b (c-1)",
        ),
        (
            CorePart(kind="obsoletes", package="a-1-1.x86_64", text="b < 2", providers=("b-1",)),
            "a-1-1.x86_64 obsoletes b < 2 (b-1)",
        ),
        (
            CorePart(kind="same_name", text="a", providers=("a-1", "a-2")),
            "only one of a-1 and a-2 can be installed: they share the name a",
        ),
    ],
)
def test_parts_of_a_core(part: CorePart, sentence: str) -> None:
    assert core_sentence(part) == sentence


_CLASH = {
    "asked_by": "feature dhcp-client",
    "asked": "dhcp-client",
    "candidate": "dhcp-client-4-1.x86_64",
    "core": [
        {"kind": "feature", "text": "networkd", "providers": ["networkd-1-1.x86_64"], "where": WHERE},
        {
            "kind": "conflicts",
            "text": "networkd",
            "package": "dhcp-client-4-1.x86_64",
            "providers": ["networkd-1-1.x86_64"],
        },
    ],
}


@pytest.mark.parametrize(
    ("reason", "evidence", "sentence"),
    [
        ("absent", {"asked_by": "feature keel", "asked": ["keel"]}, "no upstream package provides keel"),
        (
            "absent",
            {"asked_by": "a-1-1.x86_64", "asked": ["b", "c"]},
            "no upstream package provides b and c (for a-1-1.x86_64)",
        ),
        (
            "version",
            {
                "asked_by": "feature containerd >= 2.0",
                "asked": ["containerd >= 2.0"],
                "upstream": [{"package": "containerd-1.7-1.x86_64", "provides": "containerd = 1.7-1"}],
            },
            "containerd >= 2.0 is asked, upstream has containerd = 1.7-1",
        ),
        (
            "uninstallable",
            {
                "asked_by": "feature x",
                "asked": "x",
                "candidate": "x-1-1.noarch",
                "core": [{"kind": "requires", "text": "python(abi) = 3.11", "package": "x-1-1.noarch"}],
            },
            "x-1-1.noarch requires python(abi) = 3.11, which nothing provides",
        ),
        (
            "conflict",
            _CLASH,
            "dhcp-client-4-1.x86_64 conflicts with networkd (networkd-1-1.x86_64), which feature networkd needs",
        ),
        (
            "limit",
            {
                "limits": [
                    {
                        "limit": "installed_size",
                        "maximum": 350 * MIB,
                        "least": 372 * MIB,
                        "over": 22 * MIB,
                        "exact": True,
                    }
                ]
            },
            "without it installed size is 372.0 MiB, 22.0 MiB over the limit of 350.0 MiB",
        ),
        (
            "limit",
            {"limits": [{"limit": "packages", "maximum": 3, "least": 5, "over": 2, "exact": False}]},
            "without it packages is at least 5 packages, 2 packages over the limit of 3 packages",
        ),
        (
            "limit",
            {"limits": [{"limit": "feature_group", "maximum": 2, "minimum": 1, "group": "editors"}]},
            "without it the limit on editors cannot be kept",
        ),
        (
            "policy",
            {"policy": [{"kind": "pin", "text": "os-release from downstream", "where": WHERE}]},
            f"the problem says so: pin: os-release from downstream [{WHERE}]",
        ),
        (
            "objective",
            {"objective": "installed_size", "value": MIB, "without": 2 * MIB, "change": MIB, "exact": True},
            "without it installed size is 2.0 MiB instead of 1.0 MiB",
        ),
        (
            "objective",
            {"objective": "tie_break", "value": 0, "without": 0, "change": 0, "exact": True},
            "upstream would do as well; the tie-break alone chose it",
        ),
    ],
)
def test_evidence(reason: str, evidence: dict[str, Any], sentence: str) -> None:
    assert evidence_sentence(reason, evidence) == sentence


def test_a_stub_must_be_packaged() -> None:
    stub = entry("stub:agent", "absent", {"asked_by": "feature agent", "asked": ["agent"]}, origin="stub")
    assert divergence_sentence(stub) == "must be packaged: nobody provides agent"


@pytest.mark.parametrize(
    ("price", "sentence"),
    [
        ({"status": "impossible", "stages": []}, "impossible without it"),
        ({"status": "unknown", "stages": []}, "price of doing without it unknown"),
        (
            {
                "status": "proven",
                "stages": [
                    {"objective": "divergence", "value": 3, "change": 0},
                    {"objective": "installed_size", "value": 3 * MIB, "change": 2 * MIB},
                    {"objective": "tie_break", "value": 5, "change": 5},
                ],
            },
            "without it: +2.0 MiB installed size",
        ),
        (
            {"status": "not proven", "stages": [{"objective": "divergence", "value": 3, "change": 0}]},
            "without it: nothing (not proven)",
        ),
    ],
)
def test_prices(price: dict[str, Any], sentence: str) -> None:
    assert price_sentence(price) == sentence

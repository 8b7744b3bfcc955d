"""Programs as people write them, each with the exact findings of the pack under MiFID II (`make golden`)."""

import random
import runpy
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from policies.pack.judge import judge_stack
from policies.pack.resource import Resource, Stack
from policies.pack.rule import StackRule
from policies.rules import RULES
from tests.conftest import recording
from tests.golden import Golden
from tests.policies.given import everything_found
from tests.policies.graphs import as_resources

PROGRAMS = sorted(Path(__file__).with_name("unsafe").glob("*.py"))
FINDINGS = Path(__file__).parents[1] / "golden" / "unsafe"


# The SDKs warn of what they import themselves.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: str(program.stem))
def test_what_the_pack_finds(program: Path, golden: Golden) -> None:
    resources = _resources(program)
    found: dict[str, list[str]] = {}
    for finding in everything_found(Stack(resources), "mifid_hft"):
        found.setdefault(finding.rule.name, []).append(finding.message)

    golden.check(
        f"unsafe/{program.stem}",
        {"findings.yaml": yaml.safe_dump(found, width=10_000, sort_keys=False, allow_unicode=True)},
    )

    assert [_of_the_whole(_shuffled(resources, seed)) for seed in range(5)] == [_of_the_whole(resources)] * 5


def _resources(program: Path) -> list[Resource]:
    recorder = recording("desk")
    recorder.run(lambda: _run(program))
    return as_resources(recorder, "desk")


def _run(program: Path) -> None:
    runpy.run_path(str(program))


def _of_the_whole(resources: Sequence[Resource]) -> list[str]:
    """What the rules about the stack find, which comes to them in no order that they could rely on."""
    rules = [rule for rule in RULES if isinstance(rule, StackRule)]
    return [each.message for rule in rules for each in judge_stack(rule, Stack(resources), rule.defaults)]


def _shuffled(resources: Sequence[Resource], seed: int) -> list[Resource]:
    return random.Random(seed).sample(resources, len(resources))


def test_every_rule_finds_something_in_one_of_them() -> None:
    found = {name for file in FINDINGS.rglob("findings.yaml") for name in yaml.safe_load(file.read_text())}

    assert {rule.name for rule in RULES} - found == set()

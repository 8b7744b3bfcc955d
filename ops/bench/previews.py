"""What a reviewer waits for: the preview of `prod`, with the policy pack and without."""

import statistics
from collections.abc import Iterator
from typing import Any

from ops.bench.measure import Measure
from ops.bench.timing import RUNS, timed
from ops.sandbox import Sandbox
from ops.screen import Screen
from stacks.load import SECRET_PREFIX

_PACK = ("--policy-pack", "policies", "--policy-pack-config", "policies/prod.json")


def measures(box: Sandbox, prod: dict[str, Any], screen: Screen) -> Iterator[Measure]:
    """The two figures of a preview by hand; `prod`: its settings by area."""
    given = {f"{SECRET_PREFIX}{name}": "none" for name in prod["secrets"]["given"]}
    Sandbox(box.root, "prod").write({**prod, **given})
    timed(["pulumi", "stack", "init", "prod", "--non-interactive"], cwd=box.root)
    command = ["pulumi", "preview", "--stack", "prod", "--non-interactive"]
    packed, alone = [], []
    for _ in range(RUNS):
        packed.append(timed([*command, *_PACK], cwd=box.root))
        alone.append(timed(command, cwd=box.root))
        screen.step("preview of prod with the policy pack", packed[-1])
        screen.step("preview of prod without it", alone[-1])
    method = f"Median of {RUNS} runs of `pulumi preview` in seconds, the whole process, nothing deployed."
    yield Measure("preview of prod with the policy pack, seconds", statistics.median(packed), 10.0, method)
    ratio = statistics.median(one / other for one, other in zip(packed, alone, strict=True))
    method = f"Median of {RUNS} pairs (without: median {statistics.median(alone):.1f} s)."
    yield Measure("preview of prod with the policy pack ÷ without", ratio, 1.3, method)

from typing import get_args

from ops.bench.monitoring.run import STAGES
from ops.cli import MonitoringStage


def test_the_command_knows_the_stages() -> None:
    assert list(STAGES) == list(get_args(MonitoringStage))


def test_each_stage_has_a_part_of_the_page_to_itself() -> None:
    suites = [suite for suite, _ in STAGES.values()]

    assert [suite.command for suite in suites] == [f"hft bench-monitoring {stage}" for stage in STAGES]
    assert len({suite.name for suite in suites}) == len(suites)

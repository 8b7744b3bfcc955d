"""Waiting for something until it holds or is given up."""

import pytest

from ops.errors import OpsError
from ops.waiting import wait_until


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ops.waiting._PAUSE_SECONDS", 0)


def test_it_is_looked_at_again_until_it_holds() -> None:
    answers = iter([False, False, True, False])

    wait_until(lambda: next(answers), 60, "never")

    assert next(answers) is False


def test_what_does_not_hold_in_time_is_a_problem() -> None:
    with pytest.raises(OpsError) as refused:
        wait_until(lambda: False, 0, "tsdb-0 does not lead: read its log")

    assert refused.value.problems == ("tsdb-0 does not lead: read its log",)

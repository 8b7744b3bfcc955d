"""The reject-twin of every cause: in a stack that is well it finds nothing."""

from pathlib import Path

import pytest

from ops.doctor.causes import CAUSES
from ops.doctor.causes.cause import PAGES, Cause
from ops.doctor.causes.watching import ABOUT
from tests.ops.doctor.healthy import facts


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.name)
def test_a_healthy_stack_has_no_cause(cause: Cause) -> None:
    assert list(cause.find(facts())) == []


def test_names_are_unique() -> None:
    names = [cause.name for cause in CAUSES]
    assert sorted(set(names)) == sorted(names)


def test_every_cause_has_a_test_that_it_is_found_in() -> None:
    tests = "".join(path.read_text() for path in sorted(Path(__file__).parent.glob("test_*.py")))
    assert [cause.name for cause in CAUSES if f'"{cause.name}"' not in tests] == []


def test_every_page_that_a_cause_names_is_there() -> None:
    pages = {path.stem for path in (Path(__file__).parents[4] / "docs" / "runbooks").glob("*.md")}
    named = {*(cause.runbook for cause in CAUSES if cause.runbook), *(page for _, page in PAGES), *ABOUT}

    assert named - pages == set()

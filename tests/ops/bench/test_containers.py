"""Containers rest for a while, and go on whatever happens meanwhile."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import pytest

from ops.bench.containers import frozen, stopped

CASES = [(stopped, "stop", "start"), (frozen, "pause", "unpause")]


class Part:
    """A container that writes down what is asked of it, and refuses one thing."""

    def __init__(self, name: str, asked: list[str], refuses: str = "") -> None:
        self._name, self._asked, self._refuses = name, asked, refuses

    def __getattr__(self, action: str) -> Callable[[], None]:
        def ask() -> None:
            self._asked.append(f"{action} {self._name}")
            if action == self._refuses:
                raise OSError(action)

        return ask


@pytest.mark.parametrize(("rest", "begin", "end"), CASES)
def test_they_rest_until_the_block_ends_and_go_on_in_the_opposite_order(rest: Any, begin: str, end: str) -> None:
    asked: list[str] = []
    with rest([Part("a", asked), Part("b", asked)]):
        asked.append("measured")

    assert asked == [f"{begin} a", f"{begin} b", "measured", f"{end} b", f"{end} a"]


@pytest.mark.parametrize(("rest", "begin", "end"), CASES)
def test_one_that_refuses_leaves_no_other_at_rest(
    rest: Callable[[Sequence[Any]], AbstractContextManager[None]], begin: str, end: str
) -> None:
    for refused in (begin, end):
        asked: list[str] = []
        with pytest.raises(OSError, match=refused), rest([Part("a", asked), Part("b", asked, refuses=refused)]):
            pass
        assert asked[-1] == f"{end} a"

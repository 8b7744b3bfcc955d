"""A stack, as rules read it."""

from collections.abc import Sequence

import pytest

from policies.pack.resource import Resource, Stack
from policies.resources import Container, Volume
from tests.policies.given import resource


def named(name: str, kind: str = Container.TYPE, parents: str = "") -> Resource:
    return resource(kind, {}, name=name, parents=parents)


def test_resources_of_a_type_come_by_their_urns() -> None:
    stack = Stack([named("b"), named("a", Volume.TYPE), named("c", parents="hft:a:B$"), named("a")])

    assert [each.name for each in stack.of(Container)] == ["a", "b", "c"]
    assert [each.name for each in stack.of(Volume)] == ["a"]


def test_what_is_read_of_a_stack_is_read_once() -> None:
    looked: list[Stack] = []

    def read(stack: Stack) -> Sequence[str]:
        looked.append(stack)
        return [each.name for each in stack.of(Container)]

    one, other = Stack([named("a")]), Stack([named("b")])

    assert [one.once(read), one.once(read), other.once(read)] == [["a"], ["a"], ["b"]]
    assert looked == [one, other]


def test_what_cannot_be_read_is_tried_again() -> None:
    answers = iter([ValueError("no"), "yes"])

    def read(stack: Stack) -> str:
        answer = next(answers)
        if isinstance(answer, ValueError):
            raise answer
        return str(answer)

    stack = Stack([])
    with pytest.raises(ValueError, match="no"):
        stack.once(read)

    assert stack.once(read) == "yes"

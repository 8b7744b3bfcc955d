from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pulumi_policy import Severity

from policies.pack.judge import Finding, Kind, judge, judge_stack, mended
from policies.pack.resource import Resource, Stack
from policies.pack.rule import ResourceRule, StackRule, Violation, whole
from policies.resources import Container, Volume
from tests.policies.given import UNKNOWN, container, resource, secret

FIELDS: dict[str, Any] = {
    "name": "a-rule",
    "description": "It holds.",
    "severity": Severity.HIGH,
    "steps": "Do.",
    "source": "here",
}


def rule(check: Any, **more: Any) -> ResourceRule[Any]:
    return ResourceRule(of=Container, check=check, **{**FIELDS, **more})


def told(found: list[Finding]) -> list[tuple[str, Kind]]:
    return [(each.message, each.kind) for each in found]


def test_each_message_names_the_resource() -> None:
    found = judge(rule(lambda it: ["one", "two"]), container(), {})

    assert told(found) == [
        ("container hft-dev-engine-blue: one", Kind.VIOLATION),
        ("container hft-dev-engine-blue: two", Kind.VIOLATION),
    ]
    assert found[0].urn == container().urn


def test_a_resource_of_another_type_is_not_judged() -> None:
    assert judge(rule(lambda it: ["one"]), resource(Volume.TYPE, {}), {}) == []


def test_numbers_come_by_name() -> None:
    bounded = rule(lambda it, most: [f"more than {most}"], numbers={"most": whole(5, 1, 9, "Most.")})

    assert bounded.defaults == {"most": 5}
    assert told(judge(bounded, container(), {"most": 7})) == [
        ("container hft-dev-engine-blue: more than 7", Kind.VIOLATION)
    ]


def test_what_is_not_known_is_a_finding_of_its_own_after_what_was_found() -> None:
    def check(it: Container) -> Iterator[str]:
        yield "found"
        yield str(it.inputs["memory"])

    assert told(judge(rule(check), container(memory=UNKNOWN), {})) == [
        ("container hft-dev-engine-blue: found", Kind.VIOLATION),
        (
            "container hft-dev-engine-blue: memory is not known at preview; it is judged at `up`, before it is made",
            Kind.UNKNOWN,
        ),
    ]


def test_a_name_that_is_not_known_is_the_logical_one() -> None:
    assert told(judge(rule(lambda it: ["one"]), container(name=UNKNOWN), {}))[0][0] == "container it: one"


def test_a_rule_that_fails_says_where_and_not_what() -> None:
    def check(it: Container) -> list[str]:
        raise KeyError("hunter2")

    ((message, kind),) = told(judge(rule(check), container(), {}))

    assert kind is Kind.FAULT
    assert message.startswith("container hft-dev-engine-blue: the rule failed with KeyError in pack/judge.py, line ")
    assert message.endswith("; report it as a fault of the pack")
    assert "hunter2" not in message


def test_no_message_holds_a_secret() -> None:
    it = container(envs=secret(["PASSWORD=hunter2"]), uploads=[{"file": "/x", "content": secret("one\nline-two\n")}])
    echo = rule(lambda it: [str(it.inputs["envs"][0]), "has line-two", "has hunter"])

    assert [each.message.partition(": ")[2] for each in judge(echo, it, {})] == [
        "[secret]",
        "has [secret]",
        "has hunter",
    ]


def test_what_is_wrong_is_mended_by_the_numbers() -> None:
    grows = rule(
        lambda it, most: ["too much"], mend=lambda it, most: {"memory": most}, numbers={"most": whole(5, 1, 9, "Most.")}
    )

    assert mended(grows, container(), {"most": 7}) == {"memory": 7}


def test_what_is_right_or_not_known_or_has_no_remedy_is_not_mended() -> None:
    wrong, remedy = rule(lambda it: ["wrong"]), {"mend": lambda it: {"memory": it.inputs["memory"]}}

    assert mended(wrong, container(), {}) == {}
    assert mended(rule(lambda it: [], **remedy), container(), {}) == {}
    assert mended(rule(lambda it: ["wrong"], **remedy), resource(Volume.TYPE, {}), {}) == {}
    assert mended(rule(lambda it: ["wrong"], **remedy), container(memory=UNKNOWN), {}) == {}


def test_a_remedy_that_fails_mends_nothing() -> None:
    assert mended(rule(lambda it: ["wrong"], mend=lambda it: {"memory": 1 / 0}), container(), {}) == {}


def test_short_texts_are_no_secrets() -> None:
    it = container(envs=secret(["on"]))

    assert judge(rule(lambda it: ["is on"]), it, {})[0].message == "container hft-dev-engine-blue: is on"


def whole_stack(check: Any) -> StackRule:
    return StackRule(check=check, **FIELDS)


def test_the_whole_is_judged_at_a_resource_or_at_none() -> None:
    one = container()
    found = judge_stack(whole_stack(lambda stack: [Violation("here", one), Violation("all of it")]), Stack([one]), {})

    assert [(each.message, each.urn) for each in found] == [
        ("container hft-dev-engine-blue: here", one.urn),
        ("all of it", ""),
    ]


def test_the_whole_with_an_unknown_or_a_fault() -> None:
    def check(stack: Stack) -> Iterator[Violation]:
        yield Violation("here", stack.resources[0])
        yield Violation(str(stack.resources[0].inputs["memory"]))

    unknown = Stack([container(memory=UNKNOWN)])
    faulty = Stack([replace(container(), inputs={})])

    assert [each.kind for each in judge_stack(whole_stack(check), unknown, {})] == [Kind.VIOLATION, Kind.UNKNOWN]
    assert [(each.kind, each.urn) for each in judge_stack(whole_stack(check), faulty, {})] == [
        (Kind.VIOLATION, container().urn),
        (Kind.FAULT, ""),
    ]


def test_a_resource_tells_its_place() -> None:
    it = resource(Container.TYPE, {}, name="node-0", parents="hft:database:TimescaleCluster$", stack="prod")

    assert (it.title, it.stack, list(it.ancestors)) == (
        "container node-0",
        "hft/prod",
        ["hft:database:TimescaleCluster"],
    )
    assert isinstance(resource("a:b:CodeSigningKey", {}), Resource)
    assert resource("a:b/c:CodeSigningKey", {}).title == "code signing key it"

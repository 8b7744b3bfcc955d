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


def test_of_what_is_not_known_all_is_named_that_the_rule_reads() -> None:
    def check(it: Container) -> Iterator[str]:
        yield "found"
        yield from it.texts("command")
        yield from (str(upload.get("content")) for upload in it.items("uploads") if upload["file"] != "/b")
        yield str(it.inputs["memory"] + 1)

    uploads = [{"file": f"/{name}", "content": UNKNOWN} for name in ("a", "b", "c")]
    one = container(command=["x", UNKNOWN, UNKNOWN], uploads=uploads, memory=UNKNOWN, image=UNKNOWN)

    assert told(judge(rule(check), one, {})) == [
        ("container hft-dev-engine-blue: found", Kind.VIOLATION),
        (
            "container hft-dev-engine-blue: command, uploads.content, memory are not known at preview; "
            "they are judged at `up`, before it is made",
            Kind.UNKNOWN,
        ),
    ]


def test_a_rule_that_fails_by_what_is_not_known_tells_that_alone() -> None:
    unknown = container(memory=UNKNOWN, cpuSet=UNKNOWN)

    assert told(judge(rule(lambda it: [it.inputs["memory"] + 1, it.inputs["cpuSet"]]), unknown, {})) == [
        (
            "container hft-dev-engine-blue: memory is not known at preview; it is judged at `up`, before it is made",
            Kind.UNKNOWN,
        )
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


def test_what_a_secret_assigns_and_names_say_too_is_not_hidden() -> None:
    it = container(uploads=[{"file": "/x", "content": secret("project = hft\npassword = hunter2\nblue\n")}])
    echo = rule(lambda it: ["of hft, hunter2, blue"])

    assert ("::hft::" in it.urn, [each.message for each in judge(echo, it, {})]) == (
        True,
        ["container hft-dev-engine-[secret]: of hft, [secret], [secret]"],
    )


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


def of_memory(stack: Stack) -> Iterator[Violation]:
    for each in stack.of(Container):
        if each.inputs.get("memory") == 1:
            yield Violation("little", each)


def made(logical: str, **inputs: Any) -> Resource:
    return resource(Container.TYPE, inputs, name=logical)


def test_the_whole_with_an_unknown_input_of_one_resource_is_told_there() -> None:
    stack = Stack([made("a", memory=1), made("b", memory=UNKNOWN, cpuSet=UNKNOWN), made("c", memory=2)])

    assert [(each.message, each.urn, each.kind) for each in judge_stack(whole_stack(of_memory), stack, {})] == [
        ("container a: little", stack.resources[0].urn, Kind.VIOLATION),
        (
            "container b: memory is not known at preview; it is judged at the end of `up`",
            stack.resources[1].urn,
            Kind.UNKNOWN,
        ),
    ]


def test_the_whole_with_unknown_inputs_of_several_resources_names_them_all() -> None:
    def check(stack: Stack) -> Iterator[Violation]:
        yield from of_memory(stack)
        yield from (Violation("x", each) for each in stack.of(Container) if each.inputs.get("image") == "x")

    stack = Stack([made("c", image=UNKNOWN), made("b", memory=UNKNOWN), made("a", memory=UNKNOWN)])

    assert [(each.message, each.urn, each.kind) for each in judge_stack(whole_stack(check), stack, {})] == [
        (
            "not known at preview, and judged at the end of `up`: "
            "memory of container a, container b; image of container c",
            "",
            Kind.UNKNOWN,
        ),
    ]


def test_the_whole_names_resources_of_one_name_once() -> None:
    stack = Stack([made(each, name="reload", memory=UNKNOWN) for each in ("a", "b")])

    assert [each.message for each in judge_stack(whole_stack(of_memory), stack, {})] == [
        "not known at preview, and judged at the end of `up`: memory of container reload (2)"
    ]


def test_a_name_that_is_not_known_is_waited_for_by_no_rule() -> None:
    def check(stack: Stack) -> Iterator[Violation]:
        yield Violation(stack.resources[0].title)
        yield from of_memory(stack)

    stack = Stack([resource(Container.TYPE, {"name": UNKNOWN, "memory": UNKNOWN})])

    assert [each.message for each in judge_stack(whole_stack(check), stack, {})] == [
        "container it",
        "container it: memory is not known at preview; it is judged at the end of `up`",
    ]


def test_the_whole_with_a_fault() -> None:
    def check(stack: Stack) -> Iterator[Violation]:
        yield Violation("here", stack.resources[0])
        yield Violation(str(stack.resources[0].inputs["memory"]))

    faulty = Stack([replace(container(), inputs={})])

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

"""The pack as the engine asks it, over a real connection."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any

import grpc  # type: ignore[import-untyped]
import pytest
from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc
from pulumi_policy import Severity

from policies.pack.analyzer import Analyzer
from policies.pack.resource import Stack
from policies.pack.rule import Item, ResourceRule, Rule, StackRule, Violation, whole
from policies.pack.waivers import Waiver
from policies.resources import TYPES, Container
from tests.policies.given import ENGINE, UNKNOWN, secret

URN = "urn:pulumi:dev::hft::docker:index/container:Container::engine"
OTHER = "urn:pulumi:dev::hft::docker:index/container:Container::engaged"


def _small(container: Container, *, most: int) -> list[str]:
    memory = container.inputs["memory"]
    return [f"memory={memory} is more than {most}"] if memory > most else []


SMALL = ResourceRule(
    name="memory-small",
    description="Memory is small.",
    severity=Severity.CRITICAL,
    of=Container,
    check=_small,
    mend=lambda container, most: {"memory": most, "envs": ["A=1"]},
    numbers={"most": whole(512, 1, 4096, "Most memory, in MiB.")},
    steps="Lower Container.memory.",
    source="https://example.org/memory",
    follows=(Item("CIS", "1", "5.11"), Item("Own", "", "L06")),
    tags=("memory",),
)
TOLD = ResourceRule(
    name="is-told",
    description="It is told.",
    severity=Severity.LOW,
    of=Container,
    check=lambda container: [f"command is {container.inputs['command'][0]}"],
    steps="Nothing.",
    source="here",
)
FEW = StackRule(
    name="few-containers",
    description="There are few.",
    severity=Severity.HIGH,
    check=lambda stack: [Violation("one too many", stack.of(Container)[-1]), Violation(_count(stack))],
    steps="Remove one.",
    source="here",
)
BLUE = ResourceRule(
    name="blue",
    description="It is blue.",
    severity=Severity.HIGH,
    of=Container,
    check=lambda container: ["is green"] if container.inputs.get("cpuSet") == "green" else [],
    steps="Nothing.",
    source="here",
)
PINNED = replace(BLUE, name="pinned", severity=Severity.CRITICAL, description="It is pinned.")
LOOSE = replace(BLUE, name="loose", severity=Severity.LOW, description="It is loose.")
PLAIN = StackRule(
    name="runtime-plain",
    description="It is plain.",
    severity=Severity.HIGH,
    check=lambda stack: [
        Violation("is not plain", each)
        for each in stack.of(Container)
        if (each.inputs.get("command") or [""])[0] == "sandbox" or each.inputs.get("runtime")
    ],
    steps="Nothing.",
    source="here",
)
RULES: tuple[Rule, ...] = (SMALL, TOLD, FEW, BLUE, PINNED, LOOSE, PLAIN)


def _count(stack: Stack) -> str:
    return f"{len(stack.resources)} resources"


def waiver(rule: str, expires: date = date(2027, 1, 1)) -> Waiver:
    return Waiver(
        rule=rule, stack="hft/dev", resource="eng*", reason="measured: it needs all of it", owner="ops", expires=expires
    )


class Pack:
    """A client of a pack with these rules and waivers."""

    def __init__(self, stub: analyzer_pb2_grpc.AnalyzerStub) -> None:
        self.stub = stub

    def configure(self, **policies: Any) -> None:
        request = ParseDict(
            {"policyConfig": {name.replace("_", "-"): value for name, value in policies.items()}},
            analyzer_pb2.ConfigureAnalyzerRequest(),
        )
        self.stub.Configure(request)

    def analyze(self, **changes: Any) -> list[tuple[str, str, str]]:
        """What it finds in an engine: level, rule, message."""
        return told(self.stub.Analyze(request(**changes)))

    def analyze_stack(self, *urns: str) -> list[tuple[str, str, str]]:
        resources = [
            analyzer_pb2.AnalyzerResource(
                type=Container.TYPE, urn=urn, name=urn.rpartition("::")[2], properties=ParseDict({**ENGINE}, Struct())
            )
            for urn in urns
        ]
        return told(self.stub.AnalyzeStack(analyzer_pb2.AnalyzeStackRequest(resources=resources)))


def request(**changes: Any) -> analyzer_pb2.AnalyzeRequest:
    return analyzer_pb2.AnalyzeRequest(
        type=Container.TYPE, urn=URN, name="engine", properties=ParseDict({**ENGINE, **changes}, Struct())
    )


def told(response: analyzer_pb2.AnalyzeResponse) -> list[tuple[str, str, str]]:
    return [
        (analyzer_pb2.EnforcementLevel.Name(each.enforcementLevel), each.policyName, each.message.partition("\n")[2])
        for each in response.diagnostics
    ]


def served(*waivers: Waiver) -> Iterator[Pack]:
    server = grpc.server(ThreadPoolExecutor(2))
    analyzer = Analyzer("hft", RULES, TYPES, waivers, today=lambda: date(2026, 11, 29))
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(analyzer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield Pack(analyzer_pb2_grpc.AnalyzerStub(channel))
    server.stop(None)


@pytest.fixture
def pack() -> Iterator[Pack]:
    yield from served()


@pytest.fixture
def waived() -> Iterator[Pack]:
    yield from served(waiver("memory-small"), waiver("few-containers"))


@pytest.fixture
def expired() -> Iterator[Pack]:
    yield from served(waiver("memory-small", date(2026, 11, 28)))


ENGINE_TITLE = "container hft-dev-engine-blue"


def test_what_severe_rules_find_blocks_and_the_rest_is_told(pack: Pack) -> None:
    assert pack.analyze() == [
        ("MANDATORY", "memory-small", f"{ENGINE_TITLE}: memory=1024 is more than 512"),
        ("ADVISORY", "is-told", f"{ENGINE_TITLE}: command is workloads.engine"),
    ]


def test_levels_and_numbers_are_configured(pack: Pack) -> None:
    pack.configure(
        memory_small={"enforcementLevel": "ADVISORY", "properties": {"most": 1000}},
        is_told={"enforcementLevel": "DISABLED"},
        all={"enforcementLevel": "MANDATORY"},
    )

    assert pack.analyze() == [("ADVISORY", "memory-small", f"{ENGINE_TITLE}: memory=1024 is more than 1000")]


@pytest.mark.parametrize(
    ("policies", "problem"),
    [
        (
            {"memory_smal": {"enforcementLevel": "ADVISORY"}},
            "memory-smal: there is no such rule; did you mean 'memory-small'?",
        ),
        ({"nothing": {"enforcementLevel": "ADVISORY"}}, "nothing: there is no such rule"),
        (
            {"memory_small": {"enforcementLevel": "ADVISORY", "properties": {"mosst": 1}}},
            "memory-small.mosst: cannot be set; did you mean 'most'?; of this rule, most can",
        ),
        (
            {"is_told": {"enforcementLevel": "ADVISORY", "properties": {"x": 1}}},
            "is-told.x: cannot be set; of this rule, nothing can",
        ),
        (
            {"is_told": {"enforcementLevel": "REMEDIATE"}},
            "is-told: no one value is right, so it cannot remediate; use mandatory or advisory",
        ),
    ],
)
def test_what_the_pack_does_not_have_is_refused(pack: Pack, policies: dict[str, Any], problem: str) -> None:
    with pytest.raises(grpc.RpcError) as raised:
        pack.configure(**policies)

    assert raised.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert raised.value.details() == f"configuration of policy pack hft: {problem}"


def test_an_unknown_is_told_and_blocks_nothing(pack: Pack) -> None:
    assert pack.analyze(memory=UNKNOWN, command=[UNKNOWN]) == [
        (
            "ADVISORY",
            "memory-small",
            f"{ENGINE_TITLE}: memory is not known at preview; it is judged at `up`, before it is made",
        )
    ]


def test_rules_that_wait_for_the_same_are_told_together_by_the_most_severe(pack: Pack) -> None:
    not_known = f"{ENGINE_TITLE}: cpuSet is not known at preview; it is judged at `up`, before it is made"

    assert pack.analyze(memory=UNKNOWN, cpuSet=UNKNOWN) == [
        ("ADVISORY", "is-told", f"{ENGINE_TITLE}: command is workloads.engine"),
        ("ADVISORY", "memory-small", not_known.replace("cpuSet", "memory")),
        ("ADVISORY", "pinned", f"{not_known} (also by blue)"),
    ]
    pack.configure(pinned={"enforcementLevel": "DISABLED"}, loose={"enforcementLevel": "MANDATORY"})
    assert pack.analyze(memory=1, cpuSet=UNKNOWN)[-1] == ("ADVISORY", "blue", f"{not_known} (also by loose)")


def test_a_fault_of_a_rule_blocks_and_the_others_go_on(pack: Pack) -> None:
    found = pack.analyze(memory="much")

    assert [(level, rule) for level, rule, _ in found] == [("MANDATORY", "memory-small"), ("ADVISORY", "is-told")]
    assert "the rule failed with TypeError" in found[0][2]


def test_the_whole_is_judged(pack: Pack) -> None:
    assert pack.analyze_stack(URN, OTHER) == [
        ("MANDATORY", "few-containers", f"{ENGINE_TITLE}: one too many"),
        ("MANDATORY", "few-containers", "2 resources"),
    ]


def test_what_is_waived_is_told_once_with_its_owner_and_reason(waived: Pack) -> None:
    for _ in range(2):
        assert [rule for _, rule, _ in waived.analyze()] == ["is-told"]
    assert waived.analyze_stack(URN, OTHER) == [
        ("MANDATORY", "few-containers", "2 resources"),
        (
            "ADVISORY",
            "waivers-in-order",
            "the waiver of memory-small for eng* in hft/dev holds 2 times until 2027-01-01; "
            "ops: measured: it needs all of it",
        ),
        (
            "ADVISORY",
            "waivers-in-order",
            "the waiver of few-containers for eng* in hft/dev holds once until 2027-01-01; "
            "ops: measured: it needs all of it",
        ),
    ]


def test_a_waiver_that_nothing_needs_is_a_violation(waived: Pack) -> None:
    waived.configure(memory_small={"enforcementLevel": "MANDATORY", "properties": {"most": 4096}})

    assert waived.analyze_stack(URN)[1] == (
        "MANDATORY",
        "waivers-in-order",
        "the waiver of memory-small for eng* in hft/dev is used by nothing: remove it",
    )


def test_the_rule_about_waivers_can_be_disabled(waived: Pack) -> None:
    waived.configure(waivers_in_order={"enforcementLevel": "DISABLED"})

    assert [rule for _, rule, _ in waived.analyze_stack(URN)] == ["few-containers"]


def test_a_waiver_is_used_by_what_was_asked_for_where_the_whole_comes_without_inputs(waived: Pack) -> None:
    waived.analyze()
    bare = analyzer_pb2.AnalyzerResource(type=Container.TYPE, urn=URN, name="engine")
    found = told(waived.stub.AnalyzeStack(analyzer_pb2.AnalyzeStackRequest(resources=[bare])))

    assert [level for level, rule, _ in found if rule == "waivers-in-order"] == ["ADVISORY", "ADVISORY"]


FEW_FOUND = [
    ("MANDATORY", "few-containers", f"{ENGINE_TITLE}: one too many"),
    ("MANDATORY", "few-containers", "1 resources"),
]


def test_the_whole_is_judged_by_what_was_asked_for_where_a_provider_has_yet_to_fill_in(pack: Pack) -> None:
    filled = ParseDict({**ENGINE, "runtime": UNKNOWN, "command": UNKNOWN}, Struct())
    whole = analyzer_pb2.AnalyzeStackRequest(
        resources=[analyzer_pb2.AnalyzerResource(type=Container.TYPE, urn=URN, name="engine", properties=filled)]
    )
    not_known = f"{ENGINE_TITLE}: command, runtime are not known at preview; they are judged at the end of `up`"

    assert told(pack.stub.AnalyzeStack(whole)) == [*FEW_FOUND, ("ADVISORY", "runtime-plain", not_known)]
    pack.analyze(command=["x", UNKNOWN])
    assert told(pack.stub.AnalyzeStack(whole)) == FEW_FOUND
    assert told(pack.stub.AnalyzeStack(whole))[-1][1] == "runtime-plain"


def test_uses_are_counted_anew_for_the_next_operation(waived: Pack) -> None:
    waived.analyze()
    waived.analyze_stack(URN)

    assert "memory-small for eng* in hft/dev is used by nothing" in waived.analyze_stack(URN)[1][2]


def test_what_is_waived_and_not_known_is_told(waived: Pack) -> None:
    assert [(level, rule) for level, rule, _ in waived.analyze(memory=UNKNOWN)] == [
        ("ADVISORY", "is-told"),
        ("ADVISORY", "memory-small"),
    ]
    assert "holds once" in waived.analyze_stack(URN)[1][2]


def test_a_fault_of_a_rule_is_not_waived(waived: Pack) -> None:
    assert waived.analyze(memory="much")[0][:2] == ("MANDATORY", "memory-small")


def test_a_waiver_of_another_stack_is_left_alone(waived: Pack) -> None:
    other = URN.replace(":dev::", ":prod::")

    assert [rule for _, rule, _ in waived.analyze_stack(other)] == ["few-containers", "few-containers"]


def test_a_waiver_that_has_expired_holds_no_more_and_is_a_violation_itself(expired: Pack) -> None:
    assert expired.analyze()[0] == ("MANDATORY", "memory-small", f"{ENGINE_TITLE}: memory=1024 is more than 512")
    assert expired.analyze_stack(URN)[-1] == (
        "MANDATORY",
        "waivers-in-order",
        "the waiver of memory-small for eng* in hft/dev expired on 2026-11-28: "
        "mend the resource, or ask ops to renew it",
    )


def test_nothing_is_mended_unless_it_is_asked_for(pack: Pack) -> None:
    assert list(pack.stub.Remediate(request()).remediations) == []


def test_what_may_be_mended_is_and_stays_secret(pack: Pack) -> None:
    pack.configure(memory_small={"enforcementLevel": "REMEDIATE"})
    (mended,) = pack.stub.Remediate(request(envs=secret(["B=2"]), name=UNKNOWN)).remediations

    assert (mended.policyName, mended.policyPackName, mended.description) == ("memory-small", "hft", "Memory is small.")
    assert MessageToDict(mended.properties) == {**ENGINE, "memory": 512, "envs": secret(["A=1"]), "name": UNKNOWN}


def test_what_is_right_is_not_mended(pack: Pack) -> None:
    pack.configure(memory_small={"enforcementLevel": "REMEDIATE"})

    assert list(pack.stub.Remediate(request(memory=256)).remediations) == []
    assert list(pack.stub.Remediate(request(memory=UNKNOWN)).remediations) == []


def test_what_is_still_wrong_after_it_was_mended_blocks(pack: Pack) -> None:
    pack.configure(memory_small={"enforcementLevel": "REMEDIATE"})

    assert pack.analyze()[0][:2] == ("MANDATORY", "memory-small")


def test_the_rules_are_told_with_all_that_they_have(pack: Pack) -> None:
    info = pack.stub.GetAnalyzerInfo(Empty())
    first, _, third, *_, last = info.policies

    assert (info.name, info.supportsConfig, pack.stub.GetPluginInfo(Empty()).version) == ("hft", True, "")
    assert MessageToDict(first) == {
        "name": "memory-small",
        "description": "Memory is small.",
        "enforcementLevel": "MANDATORY",
        "severity": "POLICY_SEVERITY_CRITICAL",
        "remediationSteps": "Lower Container.memory.",
        "tags": ["memory"],
        "url": "https://example.org/memory",
        "policyType": "POLICY_TYPE_RESOURCE",
        "framework": {"name": "CIS", "version": "1", "reference": "5.11"},
        "configSchema": {
            "properties": {
                "most": {
                    "type": "integer",
                    "default": 512,
                    "minimum": 1,
                    "maximum": 4096,
                    "description": "Most memory, in MiB.",
                }
            }
        },
    }
    assert third.policy_type == analyzer_pb2.POLICY_TYPE_STACK
    assert last.name == "waivers-in-order"


def test_a_stack_is_configured_without_effect(pack: Pack) -> None:
    assert pack.stub.ConfigureStack(analyzer_pb2.AnalyzerStackConfigureRequest(stack="dev")) is not None

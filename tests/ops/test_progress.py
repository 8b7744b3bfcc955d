"""The engine's events as lines: exact texts."""

from typing import Any

import pytest
from pulumi.automation.events import EngineEvent

from ops.progress import Progress, friendly

ETCD = "urn:pulumi:dev::hft::hft:database:EtcdCluster$docker:index/container:Container::etcd-0"
STACK = "urn:pulumi:dev::hft::pulumi:pulumi:Stack::hft-dev"


class Lines:
    """A screen that remembers."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, float | None, bool]] = []
        self.waits: list[str] = []

    def step(self, what: str, seconds: float | None = None, *, failed: bool = False) -> None:
        self.steps.append((what, seconds, failed))

    def waiting(self, what: str) -> None:
        self.waits.append(what)


class Clock:
    """Two seconds a look."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 2
        return self.now


def step(kind: str, op: str, urn: str = ETCD, *, planning: bool = False, custom: bool = True) -> EngineEvent:
    metadata = {"op": op, "urn": urn, "type": urn.rsplit("::", 2)[1].rpartition("$")[2], "new": {"custom": custom}}
    return event(kind, {"metadata": metadata, "planning": planning})


def event(kind: str, body: dict[str, Any]) -> EngineEvent:
    return EngineEvent.from_json({"sequence": 1, "timestamp": 1, kind: body})


@pytest.fixture
def lines() -> Lines:
    return Lines()


@pytest.fixture
def progress(lines: Lines) -> Progress:
    return Progress(lines, Clock())


@pytest.mark.parametrize(
    ("op", "verb"),
    [
        ("create", "created"),
        ("update", "updated"),
        ("delete", "deleted"),
        ("create-replacement", "created anew"),
        ("delete-replaced", "deleted old"),
        ("import", "imported"),
    ],
)
def test_a_step_is_one_line_with_its_time(progress: Progress, lines: Lines, op: str, verb: str) -> None:
    progress(step("resourcePreEvent", op))
    progress(step("resOutputsEvent", op))
    assert lines.steps == [(f"{verb} container etcd-0", 2.0, False)]
    assert progress.changes == 1


@pytest.mark.parametrize("op", ["same", "refresh", "read", "replace"])
def test_steps_that_change_nothing_outside_are_quiet(progress: Progress, lines: Lines, op: str) -> None:
    progress(step("resourcePreEvent", op))
    progress(step("resOutputsEvent", op))
    assert (lines.steps, progress.changes) == ([], 0)


@pytest.mark.parametrize("urn", [STACK, "urn:pulumi:dev::hft::pulumi:providers:docker::hosts-local"])
def test_stack_and_providers_are_quiet(progress: Progress, lines: Lines, urn: str) -> None:
    progress(step("resourcePreEvent", "create", urn))
    progress(step("resOutputsEvent", "create", urn))
    assert (lines.steps, progress.changes) == ([], 0)


def test_what_the_program_exports_is_kept(progress: Progress, lines: Lines) -> None:
    new = {"custom": False, "outputs": {"hosts": {"a": "unix:///a"}, "pgpass": "[secret]"}}
    metadata = {"op": "same", "urn": STACK, "type": "pulumi:pulumi:Stack", "new": new}
    progress(event("resOutputsEvent", {"metadata": metadata}))
    assert (progress.outputs, lines.steps) == (new["outputs"], [])


def test_a_program_that_exports_nothing_has_no_outputs(progress: Progress) -> None:
    progress(step("resOutputsEvent", "same", STACK, custom=False))
    assert progress.outputs == {}


def test_components_are_quiet(progress: Progress, lines: Lines) -> None:
    progress(step("resOutputsEvent", "create", custom=False))
    assert lines.steps == []


def test_a_planned_step_has_no_time(progress: Progress, lines: Lines) -> None:
    progress(step("resourcePreEvent", "create", planning=True))
    progress(step("resOutputsEvent", "create", planning=True))
    assert lines.steps == [("would create container etcd-0", None, False)]


@pytest.mark.parametrize(
    ("op", "replaced", "deleted"),
    [
        ("replace", {ETCD}, set()),
        ("create-replacement", {ETCD}, set()),
        ("delete-replaced", set(), set()),
        ("delete", set(), {ETCD}),
        ("create", set(), set()),
    ],
)
def test_what_is_made_anew_and_what_is_removed_is_kept_apart(
    progress: Progress, op: str, replaced: set[str], deleted: set[str]
) -> None:
    progress(step("resOutputsEvent", op, planning=True))

    assert (progress.replaced, progress.deleted) == (replaced, deleted)


KNOWN = {"custom": True, "urn": ETCD, "parent": STACK, "provider": "docker", "protect": True, "retainOnDelete": True}
COMPONENT = {**KNOWN, "custom": False, "provider": "", "outputs": {"members": ["a"]}}


def ended(op: str, old: dict[str, Any] | None, new: dict[str, Any] | None) -> EngineEvent:
    metadata = {"op": op, "urn": ETCD, "type": "docker:index/container:Container", "old": old, "new": new}
    return event("resOutputsEvent", {"metadata": metadata, "planning": True})


@pytest.mark.parametrize(
    ("op", "old", "new"),
    [
        ("update", KNOWN, KNOWN),
        ("create", None, KNOWN),
        ("same", KNOWN, {**KNOWN, "protect": False}),
        ("same", KNOWN, {**KNOWN, "retainOnDelete": False}),
        ("same", {**KNOWN, "urn": "its name before"}, KNOWN),
        ("same", KNOWN, {**KNOWN, "parent": "another"}),
        ("same", KNOWN, {**KNOWN, "provider": "another"}),
        ("same", COMPONENT, {**COMPONENT, "outputs": {"members": ["a", "b"]}}),
    ],
)
def test_what_the_state_would_have_otherwise_is_kept(
    progress: Progress, op: str, old: dict[str, Any], new: dict[str, Any]
) -> None:
    progress(ended(op, old, new))

    assert progress.rewritten == {ETCD}


@pytest.mark.parametrize(
    ("old", "new"), [(KNOWN, KNOWN), (KNOWN, {**KNOWN, "outputs": {"at": 1}}), (COMPONENT, COMPONENT)]
)
def test_what_the_state_has_already_is_not(progress: Progress, old: dict[str, Any], new: dict[str, Any]) -> None:
    progress(ended("same", old, new))

    assert progress.rewritten == set()


def test_a_component_is_judged_by_its_last_event_which_has_its_outputs(progress: Progress) -> None:
    progress(ended("same", COMPONENT, {**COMPONENT, "outputs": {}}))
    progress(ended("same", COMPONENT, COMPONENT))

    assert progress.rewritten == set()


def test_what_could_not_be_removed_is_not_removed(progress: Progress) -> None:
    progress(step("resOpFailedEvent", "delete"))

    assert progress.deleted == set()


def test_a_failed_step_says_so(progress: Progress, lines: Lines) -> None:
    progress(step("resourcePreEvent", "create"))
    progress(step("resOpFailedEvent", "create"))
    assert lines.steps == [("creating container etcd-0", 2.0, True)]


def test_what_runs_is_shown_while_it_runs(progress: Progress, lines: Lines) -> None:
    progress(step("resourcePreEvent", "create"))
    progress(step("resOutputsEvent", "create"))
    assert lines.waits == ["creating container etcd-0", ""]


def diagnostic(message: str, severity: str = "error", urn: str | None = None) -> EngineEvent:
    return event("diagnosticEvent", {"message": message, "severity": severity, "color": "never", "urn": urn})


def test_an_error_is_told_once_with_its_resource(progress: Progress) -> None:
    for _ in range(2):
        progress(diagnostic("<{%reset%}>no such image<{%reset%}>\n", urn=ETCD))
    progress(diagnostic("update failed", urn=STACK))
    assert progress.problems == ["container etcd-0: no such image"]


def test_an_error_of_the_program_stands_alone(progress: Progress) -> None:
    progress(diagnostic("hosts is missing: add it", urn=STACK))
    assert progress.problems == ["hosts is missing: add it"]


def test_a_warning_is_no_problem(progress: Progress) -> None:
    progress(diagnostic("slow", "warning"))
    progress(diagnostic("by the way", "info"))
    assert (progress.problems, progress.warnings) == ([], ["slow"])


def policy(
    level: str,
    finding: str = "image='a:1' floats",
    name: str = "images-pinned-by-digest",
    urn: str = ETCD,
    description: str = "Pinned by id.\n",
) -> EngineEvent:
    return event(
        "policyEvent",
        {
            "message": f"{description}{finding}",
            "color": "never",
            "policyName": name,
            "enforcementLevel": level,
            "resourceUrn": urn,
        },
    )


def test_a_mandatory_violation_is_a_problem_with_the_rules_name(progress: Progress) -> None:
    progress(policy("mandatory"))
    assert progress.problems == [
        "policy images-pinned-by-digest (mandatory)\n  Pinned by id.\n  - container etcd-0: image='a:1' floats"
    ]


def test_an_advisory_violation_is_a_warning(progress: Progress) -> None:
    progress(policy("advisory"))
    assert (progress.problems, len(progress.warnings)) == ([], 1)


def test_what_a_rule_finds_stands_together_where_it_was_told_first(progress: Progress) -> None:
    progress(policy("advisory", "first"))
    progress(diagnostic("slow", "warning"))
    progress(policy("advisory", "another", name="logs-bounded"))
    progress(policy("advisory", "second"))
    progress(policy("advisory", "first"))
    progress(policy("mandatory", "third"))

    assert progress.warnings == [
        "policy images-pinned-by-digest (advisory)\n  Pinned by id.\n"
        "  - container etcd-0: first\n  - container etcd-0: second",
        "slow",
        "policy logs-bounded (advisory)\n  Pinned by id.\n  - container etcd-0: another",
    ]
    assert progress.problems == [
        "policy images-pinned-by-digest (mandatory)\n  Pinned by id.\n  - container etcd-0: third"
    ]


@pytest.mark.parametrize(
    ("finding", "told"),
    [
        ("container etcd-0: floats", "container etcd-0: floats"),
        ("container hft-dev-etcd-0: a: b", "container etcd-0 (hft-dev-etcd-0): a: b"),
        ("it floats: container x: y", "container etcd-0: it floats: container x: y"),
    ],
)
def test_a_finding_names_its_resource_once(progress: Progress, finding: str, told: str) -> None:
    progress(policy("advisory", finding))
    assert progress.warnings == [f"policy images-pinned-by-digest (advisory)\n  Pinned by id.\n  - {told}"]


def test_a_finding_about_the_whole_stands_alone(progress: Progress) -> None:
    progress(policy("advisory", "CIS 5.10 is waived", urn=STACK))
    progress(policy("advisory", "CIS 5.12 is waived", urn=""))
    assert progress.warnings == [
        "policy images-pinned-by-digest (advisory)\n  Pinned by id.\n  - CIS 5.10 is waived\n  - CIS 5.12 is waived"
    ]


def test_a_message_of_one_line_is_the_finding(progress: Progress) -> None:
    progress(policy("mandatory", "no", description=""))
    assert progress.problems == ["policy images-pinned-by-digest (mandatory)\n  - container etcd-0: no"]


def test_the_last_event_ends_it(progress: Progress) -> None:
    assert not progress.began.is_set()
    progress(event("cancelEvent", {}))
    assert progress.ended.is_set()


@pytest.mark.parametrize(
    ("urn", "told"),
    [
        (ETCD, "container etcd-0"),
        ("urn:pulumi:dev::hft::postgresql:index/defaultPrivileges:DefaultPrivileges::x", "default privileges x"),
        ("odd", "odd"),
    ],
)
def test_resources_have_friendly_names(urn: str, told: str) -> None:
    assert friendly(urn) == told

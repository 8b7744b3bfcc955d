"""What the danger gate lets pass and what it refuses; each refusal has a twin that passes but for one thing.

The previews are built here, in the shape that was seen of the real engine; that it prints them is not proven here.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from ops import gate
from ops.errors import OpsError
from ops.gate import Verdict
from ops.gate_files import Approval, Preview
from ops.state import CONTAINER, VOLUME
from tests.ops.previews import DATABASE, SCHEMA, approval, committed, document, slot, step, steps, urn, volume, written

HEAD = "0123456789abcdef0123456789abcdef01234567"
OTHER = "f" * 40
DATA, BLUE = urn(VOLUME, "data"), urn(CONTAINER, "engine-blue")
GOES = "what is in it goes with it"
NO_SLOT = "no slot of engine hft-prod-engine goes on meanwhile"

Shown = list[dict[str, Any]]


def judged(*shown: Shown, stack: str = "prod", approved: Approval | None = None) -> Verdict:
    preview = Preview.model_validate_json(json.dumps(document(*shown, stack=stack)))
    return gate.judge(preview, approved, source="approval.yaml", head=HEAD)


def dangers(*shown: Shown, stack: str = "prod") -> list[tuple[str, str, str]]:
    """Logical name, how and why."""
    return [(each.urn.rpartition("::")[2], each.how, each.why) for each in judged(*shown, stack=stack).dangers]


def approved(*urns: str, commit: str = HEAD) -> Approval:
    return Approval(commit=commit, urns=urns, approved_by="j.doe", reason="moved")


@pytest.mark.parametrize(
    ("kind", "why"), [(DATABASE, "its tables go with it"), (SCHEMA, "its tables go with it"), (VOLUME, GOES)]
)
@pytest.mark.parametrize(("op", "how"), [("delete", "deleted"), ("replace", "replaced")])
def test_what_holds_data_may_neither_go_nor_be_made_anew(kind: str, why: str, op: str, how: str) -> None:
    assert dangers(steps(op, kind, "orders")) == [("orders", how, why)]


@pytest.mark.parametrize("kind", [DATABASE, SCHEMA, VOLUME])
@pytest.mark.parametrize("op", ["same", "create", "update", "read", "import", "refresh"])
def test_what_holds_data_may_be_made_changed_and_looked_at(kind: str, op: str) -> None:
    assert dangers(steps(op, kind, "orders")) == []


@pytest.mark.parametrize("op", ["delete-replaced", "import-replacement", "read-replacement"])
def test_what_is_taken_for_the_sake_of_another_is_seen(op: str) -> None:
    assert [name for name, _, _ in dangers([step(op, VOLUME, "data")])] == ["data"]


def test_an_old_copy_of_a_volume_that_is_deleted_at_last_is_seen() -> None:
    assert dangers(volume("same"), [step("delete-replaced", VOLUME, "data")]) == [("data", "deleted", GOES)]


def test_a_replacement_without_its_steps_is_seen_all_the_same() -> None:
    assert dangers([step("replace", VOLUME, "data")]) == [("data", "replaced", GOES)]


@pytest.mark.parametrize("kind", ["random:index/randomPassword:RandomPassword", "docker:index/network:Network"])
def test_what_holds_no_data_may_go(kind: str) -> None:
    assert dangers(steps("delete", kind, "x"), steps("replace", kind, "y")) == []


def test_a_container_of_the_data_tier_may_not_go() -> None:
    assert dangers(slot("delete", "tsdb-0", tier="data")) == [
        ("tsdb-0", "deleted", "a node of the data tier goes for good")
    ]


def test_a_container_of_the_data_tier_may_be_made_anew() -> None:
    assert dangers(slot("replace", "tsdb-0", tier="data")) == []


def test_the_end_of_its_replacement_that_was_cut_off_is_no_deletion() -> None:
    cut_off = slot("delete-replaced", "tsdb-0", tier="data")
    assert dangers(slot("same", "tsdb-0", tier="data"), cut_off) == []


def test_a_container_of_another_tier_may_go() -> None:
    assert dangers(slot("delete", "grafana", tier="infra")) == []


def test_the_normal_deploy_of_an_engine_passes() -> None:
    assert dangers(slot("create", "engine-green"), slot("delete", "engine-blue")) == []


@pytest.mark.parametrize("op", ["same", "update", "create"])
def test_one_slot_may_go_while_the_other_goes_on(op: str) -> None:
    assert dangers(slot("replace", "engine-blue"), slot(op, "engine-green")) == []


@pytest.mark.parametrize(("op", "how"), [("replace", "replaced"), ("delete", "deleted")])
def test_the_only_slot_may_not_go(op: str, how: str) -> None:
    assert dangers(slot(op, "engine-blue")) == [("engine-blue", how, NO_SLOT)]


@pytest.mark.parametrize(("blue", "green"), [("replace", "replace"), ("replace", "delete"), ("delete", "delete")])
def test_both_slots_may_not_go(blue: str, green: str) -> None:
    found = dangers(slot(blue, "engine-blue"), slot(green, "engine-green"))
    assert found == [("engine-blue", f"{blue}d", NO_SLOT), ("engine-green", f"{green}d", NO_SLOT)]


def test_the_slot_of_another_engine_does_not_go_on_for_this_one() -> None:
    assert dangers(slot("replace", "engine-blue"), slot("same", "maker-green")) == [
        ("engine-blue", "replaced", NO_SLOT)
    ]


def test_a_container_that_is_no_engine_does_not_go_on_for_one() -> None:
    assert dangers(slot("replace", "engine-blue"), slot("same", "engine-green", tier="infra")) == [
        ("engine-blue", "replaced", NO_SLOT)
    ]


def test_an_engine_without_slots_is_none_of_this_gates_business() -> None:
    assert dangers(slot("replace", "engine")) == []


def test_a_slot_that_is_only_renamed_in_the_program_is_made_in_its_own_place() -> None:
    labels = [{"label": "hft.tier", "value": "engine"}]
    renamed = steps("create", CONTAINER, "arb-blue", name="hft-prod-engine-blue", labels=labels)
    assert dangers(renamed, slot("delete", "engine-blue")) == [("engine-blue", "deleted", NO_SLOT)]


@pytest.mark.parametrize("before", ["engine", "infra"])
def test_a_change_of_labels_hides_no_engine(before: str) -> None:
    found = step("replace", CONTAINER, "engine-blue", name="hft-prod-engine-blue")
    found["oldState"]["inputs"] |= {"labels": [{"label": "hft.tier", "value": before}]}
    after = "infra" if before == "engine" else "engine"
    found["newState"] = {"inputs": {"labels": [{"label": "hft.tier", "value": after}]}}
    assert dangers([found]) == [("engine-blue", "replaced", NO_SLOT)]


def test_a_slot_without_a_name_of_its_own_has_that_of_the_program() -> None:
    found = steps("replace", CONTAINER, "engine-blue", labels=[{"label": "hft.tier", "value": "engine"}])
    assert dangers(found) == [("engine-blue", "replaced", "no slot of engine engine goes on meanwhile")]


@pytest.mark.parametrize("labels", ["[secret]", None, ["[secret]"], [{}]])
def test_labels_that_are_not_known_are_none(labels: Any) -> None:
    assert dangers(steps("replace", CONTAINER, "engine-blue", name="hft-prod-engine-blue", labels=labels)) == []


@pytest.mark.parametrize("stack", ["prod", "prod-tokyo"])
def test_production_is_guarded(stack: str) -> None:
    assert [name for name, _, _ in dangers(volume("delete", stack=stack), stack=stack)] == ["data"]


@pytest.mark.parametrize("stack", ["dev", "production", "preprod", "Prod", "my-prod"])
def test_other_stacks_are_not(stack: str) -> None:
    found = judged(volume("delete", stack=stack), stack=stack)
    assert (found.dangers, found.errors, found.counts["deleted"]) == ([], [], 1)


def test_each_dangerous_resource_is_one_error() -> None:
    found = judged(volume("replace"), steps("delete", DATABASE, "orders"), slot("same", "engine-blue"))
    remedy = "take the change back, or have exactly this approved (docs/guides/pull-requests.md)"
    assert found.errors == [
        f"volume data would be replaced ({DATA}): what is in it goes with it; {remedy}",
        f"database orders would be deleted ({urn(DATABASE, 'orders')}): its tables go with it; {remedy}",
    ]


def test_a_resource_counts_once() -> None:
    found = judged(volume("replace"), volume("delete", "b"), slot("create", "e-blue"), slot("update", "e-green"))
    assert {how: found.counts[how] for how in gate.HOWS} == {"created": 1, "updated": 1, "replaced": 1, "deleted": 1}


@pytest.mark.parametrize(("shown", "partial"), [(volume("replace"), False), ([step("replace", VOLUME, "data")], True)])
def test_replacements_without_their_steps_are_noticed(shown: Shown, partial: bool) -> None:
    assert judged(shown).is_partial == partial


def test_what_is_approved_passes() -> None:
    found = judged(volume("replace"), slot("delete", "engine-blue"), approved=approved(BLUE, DATA))
    assert (len(found.dangers), found.errors) == (2, [])


def test_an_approval_of_another_commit_does_not_hold() -> None:
    told = judged(volume("replace"), approved=approved(DATA, commit=OTHER)).errors
    assert told[0] == (
        f"approval.yaml: commit={OTHER} is not what is checked out ({HEAD}): approve the commit that was previewed"
    )
    assert [line.partition(" (")[0] for line in told[1:]] == ["volume data would be replaced"]


def test_an_approval_that_lacks_one_approves_none() -> None:
    told = judged(volume("replace"), slot("delete", "engine-blue"), approved=approved(DATA)).errors
    assert told[0] == f"approval.yaml: urns lacks {BLUE}: approve all that is dangerous, or nothing"
    assert [line.partition(" (")[0] for line in told[1:]] == [
        "container engine-blue would be deleted",
        "volume data would be replaced",
    ]


@pytest.mark.parametrize("op", ["same", "create"])
def test_an_approval_of_what_is_not_dangerous_does_not_hold(op: str) -> None:
    told = judged(volume("replace"), slot(op, "engine-blue"), approved=approved(DATA, BLUE)).errors
    assert told[0] == (f"approval.yaml: urns[1]={BLUE}: nothing dangerous happens to it in this preview; leave it out")
    assert len(told) == 2


def test_an_approval_that_nothing_needs_is_refused() -> None:
    assert judged(volume("same"), approved=approved(DATA)).errors == [
        f"approval.yaml: urns[0]={DATA}: nothing dangerous happens to it in this preview; leave it out"
    ]


def test_the_commit_is_that_of_the_checkout(tmp_path: Path) -> None:
    head, preview = committed(tmp_path), written(tmp_path, volume("delete"))
    assert gate.gate(preview, approval(tmp_path, commit=head, urns=[DATA]), tmp_path).errors == []
    assert len(gate.gate(preview, approval(tmp_path, commit=OTHER, urns=[DATA]), tmp_path).errors) == 2


def test_a_folder_that_is_no_checkout_has_no_commit(tmp_path: Path) -> None:
    preview = written(tmp_path, volume("delete"))
    with pytest.raises(OpsError) as refused:
        gate.gate(preview, approval(tmp_path, commit=HEAD, urns=[DATA]), tmp_path)
    assert refused.value.problems == (
        f"{tmp_path} is no git checkout with a commit, and an approval holds for one commit only",
    )


def test_an_approval_is_not_read_where_nothing_is_guarded(tmp_path: Path) -> None:
    preview = written(tmp_path, volume("delete", stack="dev"), stack="dev")
    assert gate.gate(preview, tmp_path / "none.yaml", tmp_path).errors == []

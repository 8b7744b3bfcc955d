"""What is taken for a preview and for an approval; of any other file the error says what it is, and shows no more."""

import json
from pathlib import Path
from typing import Any

import pytest

from ops.errors import OpsError
from ops.gate_files import Approval, read_approval, read_preview
from ops.state import VOLUME
from tests.ops.previews import approval, document, step, urn, volume, written

HEAD = "0123456789abcdef0123456789abcdef01234567"
DATA = urn(VOLUME, "data")
KEYS = "commit, urns, approved_by, reason"
MAKE = "make it with pulumi preview --json --show-sames --show-replacement-steps"
PASSWORD = "hunter2"


def refused(file: Path) -> str:
    with pytest.raises(OpsError) as error:
        read_preview(file)
    (problem,) = error.value.problems
    return problem


def refused_text(folder: Path, text: str) -> str:
    file = folder / "preview.json"
    file.write_text(text)
    return refused(file)


def refused_approval(file: Path) -> list[str]:
    with pytest.raises(OpsError) as error:
        read_approval(file)
    return list(error.value.problems)


def test_a_preview_is_read(tmp_path: Path) -> None:
    found = read_preview(written(tmp_path, volume("delete")))
    assert (found.stack, [each.op for each in found.steps]) == ("prod", ["same", "delete"])
    assert found.steps[1].old
    assert (found.steps[1].urn, found.steps[1].old.name) == (DATA, "hft-prod-data")


def test_warnings_are_no_errors(tmp_path: Path) -> None:
    warned = [{"message": "w", "severity": "warning"}, {"message": "i", "severity": "info#err"}]
    assert len(read_preview(written(tmp_path, diagnostics=warned)).diagnostics) == 2


@pytest.mark.parametrize(
    ("urns", "where"),
    [([], "the stack as a whole"), ([DATA, urn(VOLUME, "b"), DATA], "volume b, volume data")],
)
def test_a_preview_that_failed_is_one_error_without_its_message(tmp_path: Path, urns: list[str], where: str) -> None:
    told: list[dict[str, str]] = [{"urn": each, "message": PASSWORD, "severity": "error"} for each in urns]
    told.append({"message": f"error: {PASSWORD}", "severity": "error"})
    assert refused(written(tmp_path, diagnostics=told)) == (
        f"preview.json is of a preview that failed, in {where}: mend what pulumi preview says, then judge again"
    )


@pytest.mark.parametrize("text", ["", "\n"])
def test_an_empty_file_is_one_error(tmp_path: Path, text: str) -> None:
    assert refused_text(tmp_path, text) == (
        "preview.json is empty: pulumi preview --json --show-sames --show-replacement-steps wrote nothing to it; "
        "see what it told on standard error"
    )


@pytest.mark.parametrize("kept", [1, 40, 300])
def test_a_file_that_is_cut_off_is_one_error(tmp_path: Path, kept: int) -> None:
    told = refused_text(tmp_path, json.dumps(document(volume("delete")))[:kept])
    assert told.startswith("preview.json is cut off or no JSON (EOF while parsing ")
    assert told.endswith(f"): {MAKE}")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"Previewing update (prod): {PASSWORD}", "expected value at line 1 column 1"),
        ('{"version": 3}\n{"sequence": 1}', "trailing characters at line 2 column 1"),
    ],
)
def test_a_file_that_is_no_json_is_one_error(tmp_path: Path, text: str, why: str) -> None:
    assert refused_text(tmp_path, text) == f"preview.json is cut off or no JSON ({why}): {MAKE}"


@pytest.mark.parametrize("text", ["{}", '{"version": 3, "deployment": {"resources": []}}', '{"steps": []}'])
def test_json_without_steps_is_no_preview(tmp_path: Path, text: str) -> None:
    assert refused_text(tmp_path, text) == f"preview.json is no preview: it has no steps; {MAKE}"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[]", "the whole: input should be an object"),
        (f'"{PASSWORD}"', "the whole: input should be an object"),
        ('{"steps": {}}', "steps: input should be a valid array"),
        ('{"steps": [{"op": "same"}]}', "steps[0].urn: field required"),
        ('{"steps": [], "changeSummary": {"same": "x"}}', "changeSummary.same: input should be a valid integer"),
    ],
)
def test_json_of_another_shape_is_no_preview(tmp_path: Path, text: str, why: str) -> None:
    assert refused_text(tmp_path, text) == f"preview.json is no preview of pulumi 3.259.0 ({why}): {MAKE}"


def changed(**more: Any) -> list[dict[str, Any]]:
    return [step("delete", VOLUME, "data") | more]


def test_an_operation_that_nobody_has_judged_is_refused(tmp_path: Path) -> None:
    told = refused(written(tmp_path, changed(op="shred")))
    assert told.startswith("preview.json is no preview of pulumi 3.259.0 (steps[1].op: input should be 'same', ")


@pytest.mark.parametrize(
    "wrong",
    ["", "data", "urn:pulumi:prod::hft::data", f"{DATA}\n", f"{DATA}\x1b[2K", "urn:pulumi:pr\x1bod::hft::a:b:C::d"],
)
def test_what_is_no_urn_is_refused(tmp_path: Path, wrong: str) -> None:
    told = refused(written(tmp_path, changed(urn=wrong)))
    assert told.startswith("preview.json is no preview of pulumi 3.259.0 (steps[1].urn: string should match pattern ")
    assert "\x1b" not in told


def test_a_name_may_have_colons_and_spaces(tmp_path: Path) -> None:
    assert read_preview(written(tmp_path, changed(urn=f"{DATA}::and more"))).steps[1].urn == f"{DATA}::and more"


@pytest.mark.parametrize("op", ["delete", "delete-replaced", "replace"])
def test_what_goes_has_to_show_what_it_was(tmp_path: Path, op: str) -> None:
    told = refused(written(tmp_path, changed(op=op, oldState=None)))
    assert told == (
        "preview.json is no preview of pulumi 3.259.0 (steps[1]: has no oldState, by which it could be judged): " + MAKE
    )


def test_steps_of_two_stacks_are_refused(tmp_path: Path) -> None:
    told = refused(written(tmp_path, volume("same", stack="dev")))
    assert told == "preview.json has steps of several stacks: judge one preview at a time"


def test_a_preview_that_was_broken_off_is_refused(tmp_path: Path) -> None:
    told = refused(written(tmp_path, volume("same"), changeSummary=None))
    assert told == "preview.json has no changeSummary: the preview was broken off; make it again"


def test_a_preview_that_may_be_corrupt_is_refused(tmp_path: Path) -> None:
    told = refused(written(tmp_path, maybeCorrupt=True))
    assert told == "preview.json says of itself that it may be corrupt: make it again"


@pytest.mark.parametrize(
    ("counted", "why"),
    [
        ({"same": 5}, "shows 1 of 5 steps 'same': make it with --show-sames"),
        ({"same": 1, "delete": 1}, "shows 0 of 1 steps 'delete': it was cut; make it again"),
    ],
)
def test_a_preview_that_leaves_steps_out_is_refused(tmp_path: Path, counted: dict[str, int], why: str) -> None:
    assert refused(written(tmp_path, changeSummary=counted)) == f"preview.json {why}"


def test_a_file_that_is_not_there_is_one_error(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.json") == f"{tmp_path}/none.json cannot be read: No such file or directory"
    assert refused(tmp_path) == f"{tmp_path} cannot be read: Is a directory"


def test_a_file_that_is_no_text_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "preview.json").write_bytes(b"\xff\xfe{}")
    assert refused(tmp_path / "preview.json") == "preview.json is no text in UTF-8"


def test_an_approval_is_read(tmp_path: Path) -> None:
    found = read_approval(approval(tmp_path, commit=HEAD, urns=[DATA], reason=" moved to beta "))
    assert found == Approval(commit=HEAD, urns=(DATA,), approved_by="j.doe", reason="moved to beta")


def test_a_hash_of_digits_is_no_number(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f"commit: {'1' * 40}\nurns: ['{DATA}']\napproved_by: 7\nreason: yes\n")
    found = read_approval(tmp_path / "a.yaml")
    assert (found.commit, found.approved_by, found.reason) == ("1" * 40, "7", "yes")


@pytest.mark.parametrize("commit", [HEAD[:7], HEAD[:39], HEAD + "8", HEAD.upper(), "HEAD", "main", PASSWORD, ""])
def test_a_commit_that_is_no_whole_hash_is_refused(tmp_path: Path, commit: str) -> None:
    assert refused_approval(approval(tmp_path, commit=commit, urns=[DATA])) == [
        "approval.yaml: commit is wrong: it has to be the whole hash that git rev-parse HEAD prints, in small letters"
    ]


def test_an_unknown_key_is_refused(tmp_path: Path) -> None:
    assert refused_approval(approval(tmp_path, urns=[DATA], until=PASSWORD)) == [
        f"approval.yaml: 'until' is no key of an approval, which has {KEYS}"
    ]


@pytest.mark.parametrize(
    ("key", "wanted"),
    [
        ("commit", "the whole hash that git rev-parse HEAD prints, in small letters"),
        ("urns", "a list of the URNs that the gate names"),
        ("approved_by", "one line: who answers for it"),
        ("reason", "one line: why it has to be"),
    ],
)
def test_a_missing_key_is_refused(tmp_path: Path, key: str, wanted: str) -> None:
    given: dict[str, Any] = {"urns": [DATA]} | {key: None}
    assert refused_approval(approval(tmp_path, **given)) == [f"approval.yaml: {key} is missing: it has to be {wanted}"]


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"urns": []}, "urns"),
        ({"urns": DATA}, "urns"),
        ({"urns": [DATA, "*"]}, "urns[1]"),
        ({"approved_by": " "}, "approved_by"),
        ({"reason": "a\nb"}, "reason"),
        ({"reason": "\x1b[2K"}, "reason"),
    ],
)
def test_a_value_that_is_wrong_is_named(tmp_path: Path, changes: dict[str, Any], path: str) -> None:
    (told,) = refused_approval(approval(tmp_path, **({"urns": [DATA]} | changes)))
    assert told.startswith(f"approval.yaml: {path} is wrong: it has to be ")


def test_a_urn_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    assert refused_approval(approval(tmp_path, urns=[DATA, DATA])) == [f"approval.yaml: urns has {DATA} more than once"]


def test_a_key_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    file = approval(tmp_path, urns=[DATA])
    file.write_text(f"{file.read_text()}urns:\n- {urn(VOLUME, 'b')}\n")
    assert refused_approval(file) == ["approval.yaml, line 4: not YAML: 'urns' is there twice"]


@pytest.mark.parametrize("text", ["", "[]", PASSWORD])
def test_a_file_that_is_no_approval_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.yaml").write_text(text)
    assert refused_approval(tmp_path / "a.yaml") == [f"a.yaml is no approval: it has to have {KEYS}"]


def test_an_approval_that_is_no_yaml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("urns: [\n")
    assert refused_approval(tmp_path / "a.yaml") == [
        "a.yaml, line 2: not YAML: expected the node content, but found '<stream end>'"
    ]

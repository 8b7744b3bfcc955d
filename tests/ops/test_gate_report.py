"""The verdict as it is printed, and `hft gate` as a shell sees it."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ops import cli, gate_report
from ops.gate import Danger, Verdict
from ops.gate_files import Approval
from ops.state import CONTAINER, VOLUME
from tests.ops.previews import approval, committed, document, slot, steps, urn, volume, written

DATA = urn(VOLUME, "data")
BLUE = urn(CONTAINER, "engine-blue")
HEAD = "0123456789abcdef0123456789abcdef01234567"
REMEDY = "take the change back, or have exactly this approved (docs/guides/pull-requests.md)"
PARTIAL = (
    "replacements are shown without their steps, so what is deleted for another's sake and not made again is not seen: "
    "preview with --show-replacement-steps"
)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the command takes its checkout to be."""
    monkeypatch.setattr(cli, "ROOT", tmp_path)
    return tmp_path


def hft(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.app, ["gate", *map(str, arguments)])


def test_a_refusal_is_two_tables_and_an_error_a_resource(root: Path) -> None:
    found = hft(
        written(root, volume("replace"), slot("delete", "engine-blue"), slot("update", "grafana", tier="infra"))
    )
    assert found.exit_code == 1
    assert found.stdout.splitlines() == [
        "would be  resources  dangerous",
        "created   0          0",
        "updated   1          0",
        "replaced  1          1",
        "deleted   1          1",
        "",
        "dangerous              would be  because                                              URN",
        f"container engine-blue  deleted   no slot of engine hft-prod-engine goes on meanwhile  {BLUE}",
        f"volume data            replaced  what is in it goes with it                           {DATA}",
        "",
        "gate: stack prod: refused",
    ]
    assert found.stderr.splitlines() == [
        f"error: container engine-blue would be deleted ({BLUE}): "
        f"no slot of engine hft-prod-engine goes on meanwhile; {REMEDY}",
        f"error: volume data would be replaced ({DATA}): what is in it goes with it; {REMEDY}",
    ]


def test_what_is_not_dangerous_passes(root: Path) -> None:
    found = hft(written(root, volume("create"), slot("create", "engine-green"), slot("delete", "engine-blue")))
    assert (found.exit_code, found.stderr) == (0, "")
    assert found.stdout.splitlines() == [
        "would be  resources  dangerous",
        "created   2          0",
        "updated   0          0",
        "replaced  0          0",
        "deleted   1          0",
        "",
        "gate: stack prod: passed, nothing in it is dangerous",
    ]


def test_another_stack_passes_and_says_why(root: Path) -> None:
    found = hft(written(root, volume("delete", stack="dev"), stack="dev"))
    assert (found.exit_code, found.stderr) == (0, "")
    assert found.stdout.splitlines()[-3:] == [
        "deleted   1          not judged",
        "",
        "gate: stack dev: passed, as this guards production only, which is prod and prod-…",
    ]


def test_what_is_approved_passes_in_the_name_of_who_approved_it(root: Path) -> None:
    given = approval(root, commit=committed(root), urns=[DATA])
    found = hft(written(root, volume("delete")), "--approval", given)
    assert (found.exit_code, found.stderr) == (0, "")
    assert found.stdout.splitlines()[-1] == "gate: stack prod: passed, approved by j.doe: moved"


def test_an_approval_that_does_not_hold_is_refused(root: Path) -> None:
    head, given = committed(root), approval(root, commit=HEAD, urns=[DATA])
    found = hft(written(root, volume("delete")), "--approval", given)
    assert found.exit_code == 1
    assert found.stderr.splitlines() == [
        f"error: approval.yaml: commit={HEAD} is not what is checked out ({head}): "
        "approve the commit that was previewed",
        f"error: volume data would be deleted ({DATA}): what is in it goes with it; {REMEDY}",
    ]


@pytest.mark.parametrize(("stack", "status", "told"), [("prod", 1, f"error: {PARTIAL}\n"), ("dev", 0, "")])
def test_replacements_without_their_steps_are_refused_in_production(
    root: Path, stack: str, status: int, told: str
) -> None:
    shown = [each for each in slot("replace", "grafana", tier="infra", stack=stack) if each["op"] == "replace"]
    found = hft(written(root, shown, stack=stack))
    assert (found.exit_code, found.stderr) == (status, told)


@pytest.mark.parametrize("more", [[], ["--markdown"]])
def test_a_preview_that_cannot_be_read_is_one_error_and_no_verdict(root: Path, more: list[str]) -> None:
    (root / "preview.json").write_text('{"steps": [')
    found = hft(root / "preview.json", *more)
    assert (found.exit_code, found.stdout) == (1, "")
    assert found.stderr.count("error: ") == len(found.stderr.splitlines()) == 1


def test_markdown_has_counts_and_each_urn(root: Path) -> None:
    found = hft(written(root, volume("replace")), "--markdown")
    assert found.exit_code == 1
    assert (
        found.stdout
        == f"""\
### Danger gate: refused

stack `prod`: refused

| would be | resources | dangerous |
| --- | --- | --- |
| created | 0 | 0 |
| updated | 0 | 0 |
| replaced | 1 | 1 |
| deleted | 0 | 0 |

| dangerous | would be | because | URN |
| --- | --- | --- | --- |
| `volume data` | replaced | `what is in it goes with it` | `{DATA}` |
"""
    )
    assert found.stderr.splitlines() == [
        f"error: volume data would be replaced ({DATA}): what is in it goes with it; {REMEDY}"
    ]


def verdict(**more: Any) -> list[str]:
    return gate_report.markdown(Verdict(**({"stack": "prod", "counts": {}} | more))).splitlines()


def test_markdown_of_what_passes() -> None:
    assert verdict()[:3] == ["### Danger gate: passed", "", "stack `prod`: passed, nothing in it is dangerous"]


def test_markdown_of_what_is_approved() -> None:
    given = Approval(commit=HEAD, urns=(DATA,), approved_by="j`doe", reason="@all [x](y)")
    told = verdict(dangers=[Danger(DATA, "deleted", "why")], approval=given)
    assert told[:3] == [
        "### Danger gate: passed",
        "",
        "stack `prod`: passed, approved by `` j`doe ``: `@all [x](y)`",
    ]


def test_markdown_of_an_approval_that_does_not_hold() -> None:
    given = Approval(commit=HEAD, urns=(DATA,), approved_by="j.doe", reason="moved")
    told = verdict(approval=given, faults=["a.yaml: commit"], is_partial=True)
    assert told[0] == "### Danger gate: refused"
    assert told[-5:] == ["", "The approval does not hold:", "- `a.yaml: commit`", "", f"Note: {PARTIAL}."]


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("a|b", r"`volume a\|b`"),
        ("a`b", "`` volume a`b ``"),
        ("``", "``` volume `` ```"),
        ("@all <b>", "`volume @all <b>`"),
    ],
)
def test_a_name_cannot_leave_its_cell(name: str, cell: str) -> None:
    told = verdict(dangers=[Danger(urn(VOLUME, name), "deleted", "why")])
    assert told[-1].startswith(f"| {cell} | deleted | `why` | ")
    assert told[-1].count(" | ") == 3


@pytest.mark.parametrize("more", [[], ["--markdown"]])
def test_no_value_of_a_resource_is_printed(root: Path, more: list[str]) -> None:
    secret = "hunter2"
    inside = {
        "envs": [f"PASSWORD={secret}"],
        "name": "hft-prod-engine-blue",
        "labels": [{"label": "hft.tier", "value": "engine"}],
    }
    shown = document(steps("replace", CONTAINER, "engine-blue", **inside), volume("delete"))
    shown["config"] = {"hft:secret-venue-key": secret}
    shown["diagnostics"] = [{"message": secret, "severity": "warning"}]
    (root / "preview.json").write_text(json.dumps(shown))
    found = hft(root / "preview.json", *more)
    assert found.exit_code == 1
    assert "engine-blue" in found.stdout
    assert secret not in found.output + found.stderr

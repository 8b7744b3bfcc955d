from datetime import date
from pathlib import Path

import pytest

from policies.pack.waivers import WaiverError, read, suggestion
from policies.rules import RULES
from tests.policies.given import container

ENTRY = """
- rule: engine-pinned
  stack: hft/dev
  resource: it
  reason: one core is all that this host has
  owner: ops
  expires: 2027-01-31
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "waivers.yaml"
    file.write_text(text)
    return file


def test_an_entry_is_read(tmp_path: Path) -> None:
    (waiver,) = read(written(tmp_path, ENTRY), RULES)

    assert (waiver.rule, waiver.resource, waiver.expires) == ("engine-pinned", "it", date(2027, 1, 31))
    assert str(waiver) == "the waiver of engine-pinned for it in hft/dev"


def test_it_covers_the_resource_in_the_stack_that_it_names(tmp_path: Path) -> None:
    (exact,) = read(written(tmp_path, ENTRY), RULES)
    (wide,) = read(written(tmp_path, ENTRY.replace("resource: it", "resource: i*")), RULES)
    (elsewhere,) = read(written(tmp_path, ENTRY.replace("hft/dev", "hft/prod")), RULES)
    (other,) = read(written(tmp_path, ENTRY.replace("resource: it", "resource: its")), RULES)

    (any_stack,) = read(written(tmp_path, ENTRY.replace("hft/dev", "hft/*")), RULES)

    assert [each.covers(container()) for each in (exact, wide, any_stack, elsewhere, other)] == [
        True,
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("text", ["", "[]", "# nothing\n"])
def test_a_file_without_entries(tmp_path: Path, text: str) -> None:
    assert read(written(tmp_path, text), RULES) == ()
    assert read(tmp_path / "absent.yaml", RULES) == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- rule: [", "not YAML: "),
        ("rule: x", ": Input should be a valid tuple"),
        (
            ENTRY.replace("engine-pinned", "engine-pined"),
            "[0].rule: there is no rule 'engine-pined'; did you mean 'engine-pinned'?",
        ),
        (ENTRY.replace("  owner: ops\n", ""), "[0].owner: Field required"),
        (ENTRY.replace("2027-01-31", "soon"), "[0].expires: Input should be a valid date"),
        (
            ENTRY.replace("one core is all that this host has", "because"),
            "[0].reason: String should have at least 20 characters",
        ),
        (ENTRY.replace("hft/dev", "dev"), "[0].stack: String should match pattern"),
        (ENTRY + "  until: tomorrow\n", "[0].until: Extra inputs are not permitted"),
    ],
)
def test_a_file_that_is_wrong_says_where(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(WaiverError) as raised:
        read(written(tmp_path, text), RULES)

    assert str(raised.value).startswith(str(tmp_path / "waivers.yaml"))
    assert problem in str(raised.value)


def test_a_name_that_is_near_is_suggested() -> None:
    assert suggestion("pined", ["pinned", "other"]) == "; did you mean 'pinned'?"
    assert suggestion("quite-else", ["pinned"]) == ""

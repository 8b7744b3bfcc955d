from stacks import reference
from stacks.load import settings_in
from tests.stacks.conftest import ROOT


def test_the_settings_page_is_what_the_models_say() -> None:
    assert (ROOT / reference.SETTINGS_PAGE).read_text() == reference.settings_page()


def test_the_environments_page_is_what_the_stack_files_say() -> None:
    dev, prod = (settings_in(ROOT / f"Pulumi.{stack}.yaml") for stack in ("dev", "prod"))

    assert (ROOT / reference.ENVIRONMENTS_PAGE).read_text() == reference.environments_page(dev, prod)


def test_every_setting_says_what_it_is() -> None:
    rows = reference.settings_page().splitlines()[8:]

    assert [row for row in rows if row.rstrip("| ").endswith("|") or row.endswith("|  |")] == []

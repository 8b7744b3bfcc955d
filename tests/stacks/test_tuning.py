from stacks import tuning
from tests.stacks.conftest import ROOT


def test_the_page_is_what_the_parameters_say() -> None:
    assert (ROOT / tuning.TUNING_PAGE).read_text() == tuning.tuning_page()


def test_a_row_has_both_nodes_the_reason_and_the_source() -> None:
    rows = tuning.tuning_page().splitlines()

    assert (
        "| `shared_buffers`* | `1024MB` | `16384MB` | A quarter of the memory; the page cache has what nobody else "
        "takes. | timescaledb-tune |"
    ) in rows
    assert [row.split("`")[1] for row in rows if "`* |" in row] == ["shared_buffers", "effective_cache_size"]


def test_no_cell_breaks_its_row() -> None:
    rows = [row for row in tuning.tuning_page().splitlines() if row.startswith("| `")]

    assert {row.count("|") for row in rows} == {6}

from stacks.metrics import METRICS_PAGE, metrics_page
from tests.stacks.conftest import ROOT
from workloads.contract import METRICS


def test_the_page_is_what_the_contract_says() -> None:
    assert (ROOT / METRICS_PAGE).read_text() == metrics_page()


def test_a_metric_has_one_row_with_unit_bounds_and_buckets() -> None:
    rows = [line for line in metrics_page().splitlines() if line.startswith("| `hft_")]

    assert len(rows) == len(METRICS)
    assert (
        "| `hft_venue_session_seconds` | histogram | seconds | `venue`: ≤ 16, the venues of the stack<br>"
        "`channel`: `md`, `orders` | 320 | Length of an ended session. Buckets 1, 10, 60, 600, 3600, 21600, 86400. |"
    ) in rows
    assert "| `hft_deploy_phase` * | gauge | number |  | 1 | Step of a running deploy; 0 for none. |" in rows


def test_an_objective_has_one_row_with_its_alerts() -> None:
    assert (
        "| `venue-roundtrip` | 99 % | events | "
        "[VenueRoundtripBudgetBurning](../runbooks/VenueRoundtripBudgetBurning.md) |\n"
    ) in metrics_page()

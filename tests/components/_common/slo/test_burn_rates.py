"""The numbers of the SRE workbook for 30 days, as Sloth has them (internal/alert/windows/google-30d.yaml)."""

import pytest

from components._common.slo import PAGE_RATES, TICKET_RATES, BurnRate

HOURS = {"5m": 1 / 12, "30m": 0.5, "1h": 1, "2h": 2, "6h": 6, "1d": 24, "3d": 72}


def test_pages_and_tickets_have_these_rates() -> None:
    pages, tickets = list(PAGE_RATES), list(TICKET_RATES)

    assert pages == [BurnRate(14.4, "1h", "5m"), BurnRate(6, "6h", "30m")]
    assert tickets == [BurnRate(3, "1d", "2h"), BurnRate(1, "3d", "6h")]


@pytest.mark.parametrize(
    ("rate", "percent"), list(zip((*PAGE_RATES, *TICKET_RATES), (2, 5, 10, 10), strict=True)), ids=str
)
def test_a_rate_is_a_part_of_the_budget_of_30_days(rate: BurnRate, percent: int) -> None:
    assert rate.factor * HOURS[rate.long] / (30 * 24) * 100 == pytest.approx(percent)


@pytest.mark.parametrize("rate", [*PAGE_RATES, *TICKET_RATES], ids=str)
def test_the_short_window_is_a_twelfth_of_the_long_one(rate: BurnRate) -> None:
    assert HOURS[rate.long] / HOURS[rate.short] == pytest.approx(12)

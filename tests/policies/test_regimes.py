import pytest

from policies.regimes import REGIME, REGIMES, audits


@pytest.mark.parametrize(
    ("name", "retention_days", "asks"),
    [
        ("none", 0, False),
        # The most days that so many years have.
        ("mifid_hft", 1827, True),
        ("mica_casp", 2557, True),
        ("sec_bd", 2192, True),
    ],
)
def test_what_a_regime_asks(name: str, retention_days: int, asks: bool) -> None:
    regime = REGIMES[name]

    assert (regime.retention_days, regime.audits, audits(name)) == (retention_days, asks, asks)


@pytest.mark.parametrize(
    ("name", "microseconds"), [("none", None), ("mifid_hft", 100), ("mica_casp", None), ("sec_bd", 50_000)]
)
def test_how_far_a_clock_may_be_off_and_who_says_so(name: str, microseconds: int | None) -> None:
    regime = REGIMES[name]

    assert (regime.clock_error_us, bool(regime.clock_source)) == (microseconds, microseconds is not None)


def test_each_regime_that_asks_says_where() -> None:
    assert [name for name, regime in REGIMES.items() if not regime.source] == ["none"]


def test_configuration_takes_one_of_them() -> None:
    assert REGIME == {
        "type": "string",
        "default": "none",
        "enum": ["none", "mifid_hft", "mica_casp", "sec_bd"],
        "description": "Whose numbers hold: none (no regime), mifid_hft (MiFID II, high-frequency technique), "
        "mica_casp (MiCA, crypto-asset service provider), sec_bd (SEC, broker-dealer).",
    }

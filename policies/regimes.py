"""Regimes: what a regulator asks, as numbers. The pack helps with them; whether a firm is bound, its lawyers say."""

import math
from dataclasses import dataclass

from policies.pack.rule import choice

_YEAR_DAYS = 365.25


@dataclass(frozen=True)
class Regime:
    """One regime's numbers."""

    name: str
    title: str
    retention_days: int
    """How long orders and their trail are kept; 0 where nothing is asked."""
    source: str
    clock_error_us: int | None = None
    """How far a clock may be off UTC; None where no number is asked."""
    clock_source: str = ""

    @property
    def audits(self) -> bool:
        """Whether a trail is asked for at all."""
        return self.retention_days > 0


def _years(years: int) -> int:
    """Days of so many years, with as many leap days as they may have."""
    return math.ceil(years * _YEAR_DAYS)


REGIMES = {
    regime.name: regime
    for regime in (
        Regime("none", "no regime", 0, ""),
        Regime(
            "mifid_hft",
            "MiFID II, high-frequency technique",
            _years(5),
            "RTS 6 (2017/589) Art. 28 and Annex II",
            100,
            "RTS 25 (2017/574) Annex, table 2",
        ),
        Regime(
            "mica_casp",
            "MiCA, crypto-asset service provider",
            _years(7),
            "MiCA Art. 68(9): 5 years, up to 7 on request",
        ),
        Regime("sec_bd", "SEC, broker-dealer", _years(6), "SEC 17a-4(a)", 50_000, "FINRA 4590, CAT"),
    )
}
REGIME = choice(
    "none",
    REGIMES,
    "Whose numbers hold: " + ", ".join(f"{each.name} ({each.title})" for each in REGIMES.values()) + ".",
)


def audits(regime: str) -> bool:
    """Whether a regime asks for a trail."""
    return REGIMES[regime].audits

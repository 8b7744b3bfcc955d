import pytest

from components.certs import CertsSettings
from tests.components.verdicts import accepts, refusal


def test_defaults_leave_two_months_before_a_renewal() -> None:
    found = CertsSettings()

    assert (found.authority_days, found.certificate_days, found.renewal_days) == (3650, 90, 30)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"certificate_days": 30, "renewal_days": 30},
            "certs.renewal_days=30 is not less than certificate_days=30, so every `up` would renew: lower it",
        ),
        (
            {"authority_days": 365, "certificate_days": 365},
            "certs.certificate_days=365 is not less than authority_days=365: lower it",
        ),
    ],
)
def test_lives_that_do_not_nest_are_refused(given: dict[str, int], message: str) -> None:
    assert refusal(CertsSettings, given) == f"Value error, {message}"


@pytest.mark.parametrize(
    "given", [{"certificate_days": 31, "renewal_days": 30}, {"authority_days": 366, "certificate_days": 365}]
)
def test_lives_that_just_nest_are_taken(given: dict[str, int]) -> None:
    assert accepts(CertsSettings, given)

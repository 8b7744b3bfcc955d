"""The list of certificates, and whose a renewal makes anew. That servers take them: tests/examples/test_engine.py."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ops.certs import Certificate, issued, rows, to_renew
from ops.errors import OpsError
from tests.ops.states import entry, state, urn

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
COMPONENT = entry("hft:certs:Certificates", "certs", custom=False)
AUTHORITY = "tls:index/selfSignedCert:SelfSignedCert"
CERTIFICATE = "tls:index/locallySignedCert:LocallySignedCert"


def made(kind: str, name: str, ends: str, early_hours: int, **more: Any) -> dict[str, Any]:
    outputs = {"validityEndTime": ends, "earlyRenewalHours": early_hours}
    return entry(kind, name, outputs=outputs, **{"parent": COMPONENT["urn"], **more})


def certificate(part: str, days: int, early_days: int = 30) -> Certificate:
    ends = NOW + timedelta(days=days)
    return Certificate(part, urn(CERTIFICATE, f"certs-{part}"), ends, ends - timedelta(days=early_days))


def test_certificates_are_those_below_the_component_and_the_authority_comes_first() -> None:
    found = issued(
        state(
            COMPONENT,
            made(CERTIFICATE, "certs-tsdb-0", "2027-02-26T12:00:00Z", 720),
            made(CERTIFICATE, "certs-pooler-a", "2027-02-26T13:00:00.123456789+01:00", 24),
            made(AUTHORITY, "certs-authority", "2036-11-25T12:00:00Z", 2160),
            made(CERTIFICATE, "other", "2027-02-26T12:00:00Z", 720, parent=urn("hft:x:C", "c")),
        )
    )

    assert [(each.part, each.renewed_from.date().isoformat()) for each in found] == [
        ("authority", "2036-08-27"),
        ("pooler-a", "2027-02-25"),
        ("tsdb-0", "2027-01-27"),
    ]
    assert found[2].urn == urn(CERTIFICATE, "certs-tsdb-0")
    assert found[2].ends == datetime(2027, 2, 26, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "row"),
    [
        (90, ("tsdb-0", "2027-02-26 12:00", "90 days", "from 2027-01-27")),
        (30, ("tsdb-0", "2026-12-28 12:00", "30 days", "next time")),
        (-1, ("tsdb-0", "2026-11-27 12:00", "none: it has ended", "next time")),
    ],
)
def test_a_row_says_how_long_it_is_valid_and_when_it_is_renewed(days: int, row: tuple[str, ...]) -> None:
    assert rows([certificate("tsdb-0", days)], NOW) == [row]


ALL = [certificate(part, 90) for part in ("authority", "pooler-a", "tsdb-0")]


def test_a_renewal_is_of_the_named_parts_or_of_all_but_the_authority() -> None:
    assert to_renew(ALL, ["tsdb-0"]) == [urn(CERTIFICATE, "certs-tsdb-0")]
    assert to_renew(ALL, []) == [urn(CERTIFICATE, "certs-pooler-a"), urn(CERTIFICATE, "certs-tsdb-0")]


@pytest.mark.parametrize("part", ["tsdb-9", "authority"])
def test_a_part_without_a_certificate_is_named_with_those_that_have_one(part: str) -> None:
    with pytest.raises(OpsError) as refused:
        to_renew(ALL, ["tsdb-0", part])
    assert refused.value.problems == (f"{part} has no certificate (there are pooler-a, tsdb-0)",)


def test_a_stack_without_certificates_is_told_to_come_up_first() -> None:
    with pytest.raises(OpsError) as refused:
        to_renew([], [])
    assert refused.value.problems == ("the stack has no certificates: run hft up first",)

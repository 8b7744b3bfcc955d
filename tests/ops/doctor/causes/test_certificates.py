from dataclasses import replace
from datetime import timedelta

from ops.certs import Certificate
from ops.doctor.causes.certificates import CAUSES
from ops.doctor.facts import Door, Facts
from tests.ops.doctor.healthy import NOW, container, facts, found


def ending(after: timedelta, part: str = "tsdb-0") -> Facts:
    return facts(certificates=(Certificate(part, "urn", NOW + after, NOW),))


def refused(given: Facts | None = None) -> Facts:
    door = Door(part="local/pooler", address="127.0.0.1:16432", problem="TLS fails: internal error", refused=True)
    return replace(given or facts(), doors=(door,))


def test_a_certificate_that_has_ended_is_told() -> None:
    ended = ending(timedelta(0))

    assert found(CAUSES, "certificate-ended", ended) == [
        ("certificate of tsdb-0", ("it ended 2026-03-01 12:00",), "hft up dev")
    ]
    assert found(CAUSES, "certificate-ending", ended) == []


def test_without_its_authority_everything_fails() -> None:
    cause = next(each for each in CAUSES if each.name == "certificate-ended")
    [finding] = cause.find(ending(timedelta(days=-1), "authority"))

    assert {each.key for each in facts().parts} <= finding.affects


def test_a_certificate_that_ends_within_three_days_is_told() -> None:
    assert found(CAUSES, "certificate-ending", ending(timedelta(days=3))) == [
        ("certificate of tsdb-0", ("it ends 2026-03-04 12:00",), "hft up dev")
    ]
    assert found(CAUSES, "certificate-ending", ending(timedelta(days=3, seconds=1))) == []


def test_a_certificate_that_clients_refuse_is_told() -> None:
    assert found(CAUSES, "certificate-refused", refused()) == [
        ("hft-dev-pooler on local", ("127.0.0.1:16432: TLS fails: internal error",), "hft certs renew dev pooler-local")
    ]


def test_a_part_that_does_not_run_or_stands_still_refuses_no_certificate() -> None:
    assert found(CAUSES, "certificate-refused", refused(container("pooler", status="exited"))) == []
    assert found(CAUSES, "certificate-refused", refused(container("pooler", halted=("pgbouncer (process 1)",)))) == []

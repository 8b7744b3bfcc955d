"""The list of secrets: names, ages, consumers."""

from datetime import UTC, datetime, timedelta

import pytest

from ops.secret_list import SecretUse, generated, generated_urns, in_words, rows
from tests.ops.states import entry, state, urn

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PASSWORD = "random:index/randomPassword:RandomPassword"


def test_generated_secrets_are_those_below_the_component() -> None:
    component = entry("hft:secrets:Secrets", "secrets", custom=False)
    ours = entry(PASSWORD, "secrets-db-owner", parent=component["urn"], created="2026-11-20T12:00:00.123456789Z")
    other = entry(PASSWORD, "other", parent=urn("hft:x:C", "c"), created="2026-11-20T12:00:00Z")
    found = state(component, ours, other)

    assert generated(found) == {"db-owner": datetime(2026, 11, 20, 12, 0, 0, 123456, UTC)}
    assert generated_urns(found) == {"db-owner": urn(PASSWORD, "secrets-db-owner")}


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(days=3, hours=5), "3 days"),
        (timedelta(days=1), "1 day"),
        (timedelta(hours=23, minutes=59), "23 hours"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(seconds=59), "less than a minute"),
    ],
)
def test_an_age_has_its_largest_unit_only(age: timedelta, words: str) -> None:
    assert in_words(age) == words


def test_rows_have_name_age_and_consumers() -> None:
    uses = [
        SecretUse("db-owner", NOW - timedelta(hours=2), ("hft-dev-migrate", "hft-dev-tsdb-0")),
        SecretUse("venue-key", None, ()),
    ]
    assert rows(uses, NOW) == [
        ("db-owner", "2 hours", "hft-dev-migrate, hft-dev-tsdb-0"),
        ("venue-key", "given", "none"),
    ]

import pytest
from pydantic import ValidationError

from components.secrets import SecretsSettings
from components.secrets.settings import check_given


def test_the_default_set_has_a_secret_for_every_part() -> None:
    assert SecretsSettings().names == (
        "backup-cipher",
        "cache-monitoring",
        "cache-reader",
        "cache-writer",
        "db-admin",
        "db-guard",
        "db-monitoring",
        "db-owner",
        "db-reader",
        "db-replication",
        "db-rewind",
        "db-ticks",
        "db-writer",
        "grafana-admin",
    )
    assert set(SecretsSettings().generated.values()) == {32}


def test_a_given_name_is_one_of_the_names() -> None:
    assert SecretsSettings(generated={"a-b": 24}, given=("venue-key",)).names == ("a-b", "venue-key")


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"generated": {"db-owner": 23}}, "Input should be greater than or equal to 24"),
        ({"generated": {"DB": 24}}, "String should match pattern '^[a-z][a-z0-9-]{1,40}$'"),
        ({"given": ["../x"]}, "String should match pattern '^[a-z][a-z0-9-]{1,40}$'"),
        ({"given": ["db-x", "db-x"]}, "Value error, given names 'db-x' more than once: list it once"),
        ({"generatd": {}}, "Extra inputs are not permitted"),
    ],
)
def test_bad_settings_are_refused(bad: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError) as raised:
        SecretsSettings.model_validate(bad)

    assert raised.value.errors()[0]["msg"] == message


def test_given_values_that_are_there_pass() -> None:
    check_given(SecretsSettings(given=("db-owner",)), ["db-owner", "another"])


def test_a_missing_given_value_is_named_with_its_command() -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        check_given(SecretsSettings(given=("db-owner", "cache-reader")), [])

    assert str(raised.value) == (
        "secrets.given=['cache-reader', 'db-owner'] have no value in this stack: run "
        "pulumi config set --secret hft:secret-cache-reader; pulumi config set --secret hft:secret-db-owner"
    )

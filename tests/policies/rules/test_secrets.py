from typing import Any

import pytest

from policies.pack.judge import Kind
from policies.resources import Service
from tests.policies.given import UNKNOWN, container, findings, found, resource, secret

CREDENTIALS = [
    *("POSTGRES_PASSWORD", "PGPASS", "MYSQL_PWD", "EXCHANGE_SECRET", "github_token", "WALLET_MNEMONIC", "CREDENTIALS"),
    *("DATABASE_DSN", "api_key", "APIKEY", "SSH_PRIVATE_KEY", "AWS_ACCESS_KEY_ID", "SIGNINGKEY", "ENCRYPTION_KEY"),
    *("PASSWORD_FILES", "FILE_PASSWORD", "PASSFILE", "TOKENPATH"),
]
HARMLESS = [
    *("TZ", "PWD", "KEYSPACE", "PARTITION_KEY", "MONKEY", "POSTGRES_PASSWORD_FILE", "token_file", "API_KEY_PATH"),
    *("SECRET_path",),
]


def shown(name: str) -> str:
    return (
        f"envs sets {name}, which `docker inspect` shows to everyone on the host; "
        f"upload a file to /run/secrets and point {name}_FILE at it"
    )


def shown_on_every_node(name: str) -> str:
    return (
        f"taskSpec.containerSpec.env sets {name}, which `docker inspect` shows on every node; "
        f"hand it over by secrets, and point {name}_FILE at it"
    )


def found_in_envs(*envs: Any, **changes: Any) -> list[str]:
    return found("no-credentials-in-env", container(envs=list(envs), **changes))


def service(env: Any, **changes: Any) -> Any:
    return resource(Service.TYPE, {"name": "api", "taskSpec": {"containerSpec": {"env": env}}, **changes})


def found_in_service(**env: Any) -> list[str]:
    return found("service-without-credentials-in-env", service(env))


@pytest.mark.parametrize("name", CREDENTIALS)
def test_a_credential_by_its_name(name: str) -> None:
    assert found_in_envs("TZ=UTC", f"{name}=hunter2") == [shown(name)]
    assert found_in_service(TZ="UTC", **{name: "hunter2"}) == [shown_on_every_node(name)]


@pytest.mark.parametrize("name", HARMLESS)
def test_a_name_of_no_credential(name: str) -> None:
    assert found_in_envs(f"{name}=hunter2") == []
    assert found_in_service(**{name: "hunter2"}) == []


@pytest.mark.parametrize("value", ["redis://:hunter2@cache:6379", "postgres://desk:hunter2@db/ticks"])
def test_a_password_in_an_address(value: str) -> None:
    assert found_in_envs(f"DATABASE_URL={value}") == [shown("DATABASE_URL")]
    assert found_in_service(DATABASE_URL=value) == [shown_on_every_node("DATABASE_URL")]


@pytest.mark.parametrize(
    "value",
    [
        *("redis://cache:6379", "postgres://desk@db:5432/ticks", "https://venue/a:b@c", "desk:hunter2@db"),
        *("http://x: y@z", "http://x:@z", "http://a b:c@d", "http://venue:8080/desk@ticks"),
    ],
)
def test_an_address_without(value: str) -> None:
    assert found_in_envs(f"DATABASE_URL={value}") == []
    assert found_in_service(DATABASE_URL=value) == []


def test_what_is_marked_is_a_secret_by_any_name() -> None:
    assert found_in_envs(secret("VENUE=hunter2")) == [shown("VENUE")]
    assert found_in_envs("VENUE=hunter2", labels=[{"label": "hft.tier", "value": secret("hunter2")}]) == [
        shown("VENUE")
    ]
    assert found_in_service(VENUE=secret("hunter2")) == [shown_on_every_node("VENUE")]


@pytest.mark.parametrize("name", ["VENUE", "VENUE_FILE"])
def test_what_is_marked_and_no_path(name: str) -> None:
    assert found_in_envs(secret(f"{name}=hunter2")) == [shown(name)]
    assert found_in_service(**{name: secret("hunter2")}) == [shown_on_every_node(name)]


def test_a_path_is_no_secret_where_all_is_marked() -> None:
    assert found_in_envs(secret("POSTGRES_PASSWORD_FILE=/run/secrets/db-writer")) == []
    assert found_in_service(POSTGRES_PASSWORD_FILE=secret("/run/secrets/db-writer")) == []


def test_a_path_under_another_name_is_one() -> None:
    assert found_in_envs(secret("VENUE=/hunter2")) == [shown("VENUE")]
    assert found_in_service(VENUE=secret("/hunter2")) == [shown_on_every_node("VENUE")]


@pytest.mark.parametrize(("value", "finds"), [("abc", True), ("ab", False), ("", False)])
def test_what_is_too_short_is_a_secret_by_chance(value: str, finds: bool) -> None:
    label = {"label": "hft.tier", "value": secret(value)}

    assert found_in_envs(f"VENUE={value}", labels=[label]) == ([shown("VENUE")] if finds else [])
    assert found_in_service(VENUE=secret(value)) == ([shown_on_every_node("VENUE")] if finds else [])


def test_a_value_with_an_equals_sign() -> None:
    assert found_in_envs("VENUE=a=b", labels=[{"label": "x", "value": secret("a=b")}]) == [shown("VENUE")]


def test_a_name_without_value() -> None:
    assert found_in_envs("TZ") == []
    assert found_in_envs("API_KEY") == [shown("API_KEY")]


def test_no_environment() -> None:
    assert found("no-credentials-in-env", container(envs=None)) == []
    assert found("service-without-credentials-in-env", service(None, taskSpec=None)) == []
    assert found("service-without-credentials-in-env", service({}, taskSpec={})) == []
    assert found("service-without-credentials-in-env", service({}, taskSpec={"containerSpec": {}})) == []


def test_a_name_is_judged_before_its_value_is_known() -> None:
    told = findings("service-without-credentials-in-env", service({"EXCHANGE_SECRET": UNKNOWN}))

    assert [finding.kind for finding in told] == [Kind.VIOLATION]

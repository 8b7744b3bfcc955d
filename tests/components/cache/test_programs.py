"""What Valkey itself makes of our configuration and ACL."""

import hashlib
from collections.abc import Iterator

import pytest
from docker.models.containers import Container

from components.cache import CacheSettings
from components.cache.render import ACCOUNTS, users_acl, valkey_conf
from tests.components.programs import execute, running

pytestmark = pytest.mark.images

FILES = {
    "/etc/hft/valkey.conf": valkey_conf(CacheSettings(host="a"), "127.0.0.1"),
    "/etc/hft/users.acl": users_acl({account: hashlib.sha256(account.encode()).hexdigest() for account in ACCOUNTS}),
}
CLI = ["valkey-cli", "-e", "-p", "16379"]
DENIED_KEY = "NOPERM No permissions to access a key"


@pytest.fixture(scope="module")
def server() -> Iterator[Container]:
    with running("valkey", ["/etc/hft/valkey.conf"], FILES, [*CLI, "ping"]) as container:
        yield container


def said(server: Container, account: str, command: str) -> str:
    """The answer to a command; each account's password is its name."""
    login = [] if account == "default" else ["--user", account, "--no-auth-warning"]
    return execute(server, [*CLI, *login, *command.split()], {"REDISCLI_AUTH": account} if login else {}).output.strip()


def test_the_writer_keeps_reference_data_and_the_reader_reads_it(server: Container) -> None:
    assert said(server, "ref-writer", "SET ref:tick BTC-USD") == "OK"
    assert said(server, "ref-reader", "GET ref:tick") == "BTC-USD"
    assert said(server, "ref-writer", "DEL ref:tick") == "1"


@pytest.mark.parametrize(
    ("account", "command"),
    [
        ("ref-writer", "SET foo 1"),
        ("ref-writer", "GET foo"),
        ("ref-writer", "MSET ref:a 1 price:b 2"),
        ("ref-writer", "RENAME ref:a foo"),
        ("ref-writer", "SET reference:a 1"),
        ("ref-reader", "GET foo"),
    ],
)
def test_a_key_outside_ref_is_refused(server: Container, account: str, command: str) -> None:
    assert said(server, account, command) == DENIED_KEY


@pytest.mark.parametrize("command", ["FLUSHALL", "KEYS *", "CONFIG GET dir", "EVAL return(1) 0", "ACL WHOAMI"])
@pytest.mark.parametrize("account", ["default", "ref-writer", "ref-reader", "monitoring"])
def test_nobody_may_do_what_reference_data_does_not_need(server: Container, account: str, command: str) -> None:
    assert said(server, account, command).startswith(f"NOPERM User {account} has no permissions to run the '")


def test_the_reader_does_not_write(server: Container) -> None:
    assert said(server, "ref-reader", "SET ref:a 1").startswith("NOPERM User ref-reader")


def test_without_login_there_is_only_ping(server: Container) -> None:
    assert said(server, "default", "PING") == "PONG"
    assert said(server, "default", "GET ref:a") == "NOPERM User default has no permissions to run the 'get' command"


def test_monitoring_reads_counters_and_no_key(server: Container) -> None:
    assert "valkey_version:" in said(server, "monitoring", "INFO server")
    assert said(server, "monitoring", "GET ref:a").startswith("NOPERM User monitoring")


def test_monitoring_sees_who_was_refused_and_others_do_not(server: Container) -> None:
    said(server, "ref-writer", "SET price:BTC-USD 1")

    assert "price:BTC-USD" in said(server, "monitoring", "ACL LOG")
    assert said(server, "ref-writer", "ACL LOG").startswith("NOPERM User ref-writer")


def test_a_wrong_password_is_refused(server: Container) -> None:
    ended = execute(server, [*CLI, "--user", "ref-writer", "PING"], {"REDISCLI_AUTH": "wrong"})

    assert "WRONGPASS" in ended.output

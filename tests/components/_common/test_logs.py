import pytest

from components._common.labels import Tier
from components._common.logs import LogStore, log_driver

JOURNAL = LogStore(driver="journald")
SERVER = LogStore(driver="syslog", address="tcp+tls://logs:6514")
CACHED = {"cache-max-size": "10m", "cache-max-file": "5", "tag": "{{.Name}}"}
NEVER_WAITS = {"mode": "non-blocking", "max-buffer-size": "4m"}
OF_SYSLOG = {"syslog-address": "tcp+tls://logs:6514", "syslog-format": "rfc5424micro"}


@pytest.mark.parametrize("tier", ["engine", "data", "infra"])
def test_without_a_store_docker_keeps_bounded_files_and_nobody_waits(tier: Tier) -> None:
    options = {**NEVER_WAITS, "max-size": "10m", "max-file": "5"}
    assert log_driver(tier, audit=False, store=None) == ("local", options)


@pytest.mark.parametrize("tier", ["engine", "data", "infra"])
def test_every_tier_writes_to_the_journal(tier: Tier) -> None:
    assert log_driver(tier, audit=False, store=JOURNAL) == ("journald", {**NEVER_WAITS, **CACHED})


@pytest.mark.parametrize("tier", ["data", "infra"])
def test_a_server_has_the_lines_of_all_but_engines(tier: Tier) -> None:
    assert log_driver(tier, audit=False, store=SERVER) == ("syslog", {**NEVER_WAITS, **CACHED, **OF_SYSLOG})


def test_an_engine_keeps_to_its_disk_where_the_store_is_a_server() -> None:
    assert log_driver("engine", audit=False, store=SERVER) == log_driver("engine", audit=False, store=None)


@pytest.mark.parametrize("store", [None, JOURNAL, SERVER])
def test_an_audit_trail_waits_rather_than_lose_a_line(store: LogStore | None) -> None:
    _, options = log_driver("data", audit=True, store=store)

    assert options["mode"] == "blocking"
    assert "max-buffer-size" not in options

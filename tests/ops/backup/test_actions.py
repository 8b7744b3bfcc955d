from datetime import UTC, datetime
from typing import Any

import pytest

from components.backup.agent.codes import NOT_HERE
from components.backup.agent.info import parse
from ops.backup import actions, containers, listing
from ops.backup.containers import Ended, Site
from ops.errors import OpsError
from tests.components.backup.agent.documents import backup, stanza

PASSED = '{"success": true, "problem": null}'


class Hosts(Site):
    """Containers that are only names; programs in them end as told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **ends: Ended) -> None:
        super().__init__("dev", {})
        self.ends = ends
        self.called: list[tuple[str, ...]] = []
        for module in (actions, listing):
            monkeypatch.setattr(module, "call", self._call)

    def all(self, role: str, *, running: bool = True) -> list[Any]:
        return [name for name in self.ends if name.startswith("drill") == (role == containers.DRILL)]

    def _call(self, container: Any, *argv: str) -> Ended:
        self.called.append((container, *argv[3:]))
        return self.ends[container]


def test_a_backup_is_made_on_the_host_of_the_primary(monkeypatch: pytest.MonkeyPatch) -> None:
    hosts = Hosts(monkeypatch, a=Ended(NOT_HERE, ""), b=Ended(0, ""), c=Ended(0, ""))
    actions.now(hosts, "full")

    assert hosts.called == [("a", "now", "full"), ("b", "now", "full")]


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (NOT_HERE, "no host of stack 'dev' has the primary: hft status dev"),
        (50, "the backup failed with status 50; see above"),
    ],
)
def test_a_backup_that_is_not_made_is_told(monkeypatch: pytest.MonkeyPatch, status: int, message: str) -> None:
    with pytest.raises(OpsError) as refused:
        actions.now(Hosts(monkeypatch, a=Ended(status, "")), "diff")
    assert refused.value.problems == (message,)


def test_a_stack_without_agents_is_not_up(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OpsError, match="stack 'dev' runs no container 'backup-drill': hft up dev"):
        actions.verify(Hosts(monkeypatch, a=Ended(0, "")))


def test_a_drill_is_told_the_time_and_tells_what_it_found(monkeypatch: pytest.MonkeyPatch) -> None:
    hosts = Hosts(monkeypatch, drill=Ended(0, f"{PASSED}\n"))

    assert actions.drill(hosts, datetime(2026, 11, 28, 12, tzinfo=UTC))["success"] is True
    assert actions.drill(hosts, None)["success"] is True
    assert hosts.called == [("drill", "drill", "2026-11-28T12:00:00+00:00"), ("drill", "drill")]


@pytest.mark.parametrize(
    ("ended", "message"),
    [
        (Ended(1, '{"success": false, "problem": "rows are missing"}'), "rows are missing"),
        (Ended(137, ""), "the drill ended with status 137; see above"),
    ],
)
def test_a_drill_that_fails_is_told(monkeypatch: pytest.MonkeyPatch, ended: Ended, message: str) -> None:
    with pytest.raises(OpsError) as refused:
        actions.drill(Hosts(monkeypatch, drill=ended), None)
    assert refused.value.problems == (message,)


def test_bad_files_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OpsError, match="the repository has bad files"):
        actions.verify(Hosts(monkeypatch, drill=Ended(1, "")))
    actions.verify(Hosts(monkeypatch, drill=Ended(0, "")))


@pytest.mark.parametrize("text", ["2026-11-28T14:03:00", "2026-11-28 14:03", "2026-11-28T15:03:00+01:00"])
def test_a_time_is_in_utc_where_it_names_no_zone(text: str) -> None:
    assert actions.utc(text) == datetime(2026, 11, 28, 14, 3, tzinfo=UTC)


def test_what_is_no_time_is_refused() -> None:
    with pytest.raises(OpsError, match="--to 'yesterday' is no time: write it as 2026-11-28T14:03:00, in UTC"):
        actions.utc("yesterday")


def test_the_list_says_from_when_on_each_can_be_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    document = stanza(backup("20261128-120000F", "full", datetime(2026, 11, 28, 12, tzinfo=UTC)))

    assert listing.rows(parse(document).backups) == [
        ("20261128-120000F", "full", "2026-11-28 12:01:00", "33 MiB", "3.8 MiB", "4")
    ]


def test_a_repository_that_cannot_be_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OpsError, match="the repository of stack 'dev' cannot be read"):
        listing.found(Hosts(monkeypatch, a=Ended(103, "")))

import json

import pytest

from ops.timeline.lines import warning

STAMP = "2026-03-01 11:47:52.123"
CONNECTION = "C-0x7fbee0d0d120: hft/hft_ticks@10.0.0.1:50270"
LAYER4 = 'Server primary/tsdb-0 is DOWN, reason: Layer4 connection problem, info: "Connection refused"'
OVERCOMMIT = "WARNING Memory overcommit must be enabled!"


def ours(level: str, **fields: object) -> str:
    """A line of a workload, see workloads/log.py."""
    return json.dumps({"ts": "2026-03-01T11:47:52.000001Z", "level": level, "logger": "engine", **fields})


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (ours("warning", event="primary gone", looks=3), "primary gone (looks 3)"),
        (ours("error", event="not sent", left=["a"], held=None), 'not sent (left ["a"], held null)'),
        (ours("critical", event="the disk is full"), "the disk is full"),
        (ours("error", event="failed", exception="Traceback:\n  a.py\nKeyError: 1"), "failed (exception KeyError: 1)"),
        (
            '{"level":"warn","ts":"2026-03-01T11:47:52.1Z","caller":"rafthttp/peer.go:1","msg":"dropped","to":"8e9"}',
            "dropped (to 8e9)",
        ),
        ('{"level":"fatal","msg":"discovery failed","stacktrace":"main.main\\n\\tmain.go:1"}', "discovery failed"),
        (
            '{"time":"2026-03-01T11:47:52Z","level":"WARN","source":"a.go:1","msg":"not sent","component":"notifier"}',
            "not sent (component notifier)",
        ),
        ('{"caller":"collector.go:1","err":"refused","level":"error","ts":"2026-03-01T11:47:52Z"}', "err refused"),
        ('{"level":"warning","msg":"no such key","time":"2026-03-01T11:47:52Z"}', "no such key"),
        (
            '{"ts": 1772365672, "level": "warning", "logger": "disk-guard", "event": "ingest stopped", "free_mib": 90}',
            "ingest stopped (free_mib 90)",
        ),
    ],
    ids=("workload", "values", "critical", "exception", "etcd", "fatal", "Prometheus", "no message", "logrus", "guard"),
)
def test_what_a_json_line_warns_of_is_its_message_and_its_fields(line: str, message: str) -> None:
    assert warning(line) == message


@pytest.mark.parametrize(
    "line",
    [
        ours("info", event="venue connected"),
        ours("debug", event="a warning of an error"),
        ours("", event="ingest stopped"),
        '{"ts": 1772365672.5, "level": "info", "logger": "disk-guard", "event": "ingest goes on", "free_mib": 900}',
        '{"ts": 1772365672.5, "logger": "another", "event": "ingest stopped"}',
        '{"level": 40, "msg": "a number"}',
        '{"level": null, "msg": "nothing"}',
        '{"level":"error","msg":"cut of',
        '{"level" "error"}',
        '["error"]',
        "{}",
        '{"a":' * 100_000,
    ],
)
def test_a_json_line_that_is_no_warning_or_cannot_be_read_is_none(line: str) -> None:
    assert warning(line) is None


def test_grafana_writes_pairs() -> None:
    line = 'logger=sqlstore t=2026-03-01T11:47:52Z level=error msg="no \\"rows\\"" error="it is locked" retry=1'

    assert warning(line) == 'no "rows" (error it is locked, retry 1)'
    assert warning(line.replace("level=error", "lvl=warn")) == 'no "rows" (error it is locked, retry 1)'
    assert warning(line.replace("level=error", "level=info")) is None
    assert warning(line.replace("level=error ", "")) is None


def test_what_go_escapes_and_json_does_not_is_shown_as_it_is() -> None:
    assert warning(r'level=error msg="a \x1b byte"') == r"a \x1b byte"
    assert warning('level=error msg="never closed') == "never"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (f"{STAMP} UTC [12] hft_ticks@hft 10.0.0.1 ERROR:  division by zero", "division by zero"),
        (f"{STAMP} UTC [12] postgres@hft [local] WARNING:  no transaction", "no transaction"),
        (f"{STAMP} UTC [12] FATAL:  the database system is starting up", "the database system is starting up"),
        (f"{STAMP} UTC [1] PANIC:  could not write", "could not write"),
        ("psql:/migrations/0001.sql:12: ERROR:  no schema", "psql:/migrations/0001.sql:12: ERROR:  no schema"),
        ("pg_basebackup: error: no route to host", "pg_basebackup: error: no route to host"),
        ("2026-03-01 11:47:52,123 WARNING: Postgresql is not running.", "Postgresql is not running."),
        ("2026-03-01 11:47:52,123 ERROR: Request to etcd failed", "Request to etcd failed"),
        (f"{STAMP} P00   WARN: no prior backup exists", "no prior backup exists"),
        (f"{STAMP} P01  ERROR: [082]: unable to push", "[082]: unable to push"),
        ("P00  ERROR: [056]: no primary", "[056]: no primary"),
        (f"[WARNING]  (8) : {LAYER4}", LAYER4),
        ("[ALERT] 059/114752 (8) : backend 'primary' has no server!", "backend 'primary' has no server!"),
        (f"{STAMP} UTC [7] WARNING {CONNECTION} pooler error: timeout", f"{CONNECTION} pooler error: timeout"),
        (f"{STAMP} UTC [7] FATAL cannot open a socket", "cannot open a socket"),
        (f"1:M 01 Mar 2026 11:47:52.123 # {OVERCOMMIT}", OVERCOMMIT),
    ],
)
def test_what_a_line_of_text_warns_of_is_what_stands_behind_its_level(line: str, message: str) -> None:
    assert warning(line) == message


@pytest.mark.parametrize(
    "line",
    [
        "",
        f"{STAMP} UTC [12] hft_ticks@hft 10.0.0.1 LOG:  duration: 5 ms  statement: SELECT 'ERROR:  x'",
        f"{STAMP} UTC [12] LOG:  server process (PID 14) was terminated by signal 11: Segmentation fault",
        f"{STAMP} UTC [12] NOTICE:  there is none",
        "psql: connected",
        "pg_basebackup: checkpoint completed",
        "2026-03-01 11:47:52,123 INFO: no action. I am (tsdb-0), the leader",
        f"{STAMP} P00   INFO: backup command end: completed with an ERROR: none",
        "[NOTICE]   (1) : New worker (8) forked",
        LAYER4,
        f"{STAMP} UTC [7] LOG {CONNECTION} closing because: WARNING (age=0s)",
        "1:M 01 Mar 2026 11:47:52.123 * Ready to accept connections tcp",
        "2026-03-01T11:47:52Z restoring",
        "Traceback (most recent call last):",
    ],
)
def test_a_line_of_text_of_another_level_or_of_none_is_none(line: str) -> None:
    assert warning(line) is None


@pytest.mark.parametrize(
    "line",
    [
        f"{STAMP} UTC [12] hft_ticks@hft 10.0.0.1 DETAIL:  Key (id)=(1) already exists.",
        f"{STAMP} UTC [12] hft_ticks@hft 10.0.0.1 HINT:  ERROR: is a word.",
        f"{STAMP} UTC [12] hft_ticks@hft 10.0.0.1 CONTEXT:  PL/pgSQL function f() line 1",
        f"{STAMP} UTC [12] hft_ticks@hft 10.0.0.1 STATEMENT:  INSERT INTO trading.orders",
        f"\t{STAMP} UTC [12] FATAL:  in a statement of several lines",
        '\t{"level": "error", "event": "in a statement of several lines"}',
    ],
)
def test_what_goes_on_with_an_error_of_postgresql_is_no_warning_of_its_own(line: str) -> None:
    assert warning(line) is None

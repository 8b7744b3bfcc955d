from collections.abc import Mapping
from typing import Any

import pytest

from policies.pack.rule import ResourceRule
from policies.rules.logs import mib
from tests.policies.given import BY_NAME, ENGINE, SERVICE, container, found

WAITS, BOUNDED, AUDIT = "engine-log-never-waits", "logs-bounded", "audit-log-never-drops"
GOOD: Mapping[str, str] = ENGINE["logOpts"]


def options(**changes: str | None) -> dict[str, str]:
    """Good options with some changed; one that is None is not set."""
    found = {**GOOD, **{name.replace("_", "-"): value for name, value in changes.items()}}
    return {name: value for name, value in found.items() if value is not None}


def labelled(audit: str, tier: str = "engine") -> list[dict[str, str]]:
    return [{"label": "hft.tier", "value": tier}, {"label": "hft.audit", "value": audit}]


def mended(rule: str, numbers: dict[str, int] | None = None, **changes: Any) -> dict[str, Any]:
    found = BY_NAME[rule]
    assert isinstance(found, ResourceRule)
    assert found.mend
    return dict(found.mend(container(**changes), **{**found.defaults, **(numbers or {})}))


@pytest.mark.parametrize(
    ("driver", "said"),
    [
        (None, "the default"),
        ("", "the default"),
        ("json-file", "json-file"),
        ("syslog", "syslog"),
        ("awslogs", "awslogs"),
    ],
)
def test_a_driver_that_is_slow(driver: str | None, said: str) -> None:
    assert found(WAITS, container(logDriver=driver)) == [f"logDriver={said} is slow or unbounded; set it to local"]


@pytest.mark.parametrize("driver", ["local", "journald"])
def test_a_driver_that_is_not(driver: str) -> None:
    assert found(WAITS, container(logDriver=driver)) == []


@pytest.mark.parametrize("driver", ["local", "journald"])
@pytest.mark.parametrize("mode", ["blocking", None])
def test_an_engine_that_waits_for_its_log(driver: str, mode: str | None) -> None:
    assert found(WAITS, container(logDriver=driver, logOpts=options(mode=mode))) == [
        "logOpts mode=blocking stops it while the log is slow; set it to non-blocking"
    ]


def test_a_mode_that_does_not_exist() -> None:
    assert found(WAITS, container(logOpts=options(mode="async"))) == [
        "logOpts mode=async stops it while the log is slow; set it to non-blocking"
    ]


@pytest.mark.parametrize("size", ["1m", "3m", "3.99m", "4095k", "4194303"])
def test_a_small_buffer(size: str) -> None:
    assert found(WAITS, container(logOpts=options(max_buffer_size=size))) == [
        f"logOpts max-buffer-size={size} drops lines in a burst; set it to 4m or more"
    ]


@pytest.mark.parametrize("size", [None, ""])
def test_dockers_buffer(size: str | None) -> None:
    assert found(WAITS, container(logOpts=options(max_buffer_size=size))) == [
        "logOpts max-buffer-size=1m, the default, drops lines in a burst; set it to 4m or more"
    ]


def test_a_buffer_that_is_none() -> None:
    assert found(WAITS, container(logOpts=options(max_buffer_size="lots"))) == [
        "logOpts max-buffer-size=lots is no size; set it to 4m or more"
    ]


@pytest.mark.parametrize("size", ["4m", "4096k", "4194304", "4MiB", "1g"])
def test_a_large_buffer(size: str) -> None:
    assert found(WAITS, container(logOpts=options(max_buffer_size=size))) == []


def test_a_buffer_as_configured() -> None:
    assert found(WAITS, container(logOpts=options(max_buffer_size="15m")), minimum_buffer_mib=16) == [
        "logOpts max-buffer-size=15m drops lines in a burst; set it to 16m or more"
    ]
    assert found(WAITS, container(logOpts=options(max_buffer_size="lots")), minimum_buffer_mib=16) == [
        "logOpts max-buffer-size=lots is no size; set it to 16m or more"
    ]
    assert found(WAITS, container(logOpts=options(max_buffer_size="16m")), minimum_buffer_mib=16) == []


def test_dockers_buffer_may_be_enough() -> None:
    assert found(WAITS, container(logOpts=options(max_buffer_size=None)), minimum_buffer_mib=1) == []


def test_an_engine_with_nothing_said() -> None:
    assert found(WAITS, container(logDriver=None, logOpts=None)) == [
        "logDriver=the default is slow or unbounded; set it to local",
        "logOpts mode=blocking stops it while the log is slow; set it to non-blocking",
        "logOpts max-buffer-size=1m, the default, drops lines in a burst; set it to 4m or more",
    ]


def test_an_engine_without_log() -> None:
    assert found(WAITS, container(logDriver="none", logOpts=None)) == []


def test_another_tier_may_wait() -> None:
    assert found(WAITS, container(SERVICE, logDriver="json-file", logOpts=None)) == []


def test_an_audit_trail_of_an_engine_waits() -> None:
    assert found(WAITS, container(labels=labelled("true"), logOpts=options(mode="blocking"))) == []


def test_an_engine_that_is_no_audit_trail() -> None:
    assert found(WAITS, container(labels=labelled("false"), logOpts=options(mode="blocking"))) == [
        "logOpts mode=blocking stops it while the log is slow; set it to non-blocking"
    ]


@pytest.mark.parametrize("driver", ["local", "journald"])
def test_a_good_driver_and_what_is_large_enough_are_kept(driver: str) -> None:
    given = {"logDriver": driver, "logOpts": options(mode="blocking", max_buffer_size="16m", tag="engine")}
    repaired = mended(WAITS, **given)

    assert repaired == {"logDriver": driver, "logOpts": options(max_buffer_size="16m", tag="engine")}
    assert found(WAITS, container(**repaired)) == []


@pytest.mark.parametrize("size", [None, "3m", "lots"])
def test_a_small_buffer_is_made_larger(size: str | None) -> None:
    repaired = mended(WAITS, logOpts=options(max_buffer_size=size))

    assert repaired == {"logDriver": "local", "logOpts": options(max_buffer_size="4m")}
    assert found(WAITS, container(**repaired)) == []


def test_a_buffer_at_the_bound_is_kept() -> None:
    assert mended(WAITS, logOpts=options(max_buffer_size="4096k"))["logOpts"]["max-buffer-size"] == "4096k"


@pytest.mark.parametrize("driver", ["json-file", None])
def test_a_new_driver_gets_only_what_it_takes(driver: str | None) -> None:
    kept = {"max-size": "50m", "max-file": "3", "compress": "true", "max-buffer-size": "8m"}
    repaired = mended(WAITS, logDriver=driver, logOpts={**kept, "tag": "engine", "labels": "hft.role"})

    assert repaired == {"logDriver": "local", "logOpts": {**kept, "mode": "non-blocking"}}
    assert found(WAITS, container(**repaired)) == []


def test_a_buffer_is_mended_to_what_is_configured() -> None:
    assert mended(WAITS, {"minimum_buffer_mib": 8}, logOpts=options())["logOpts"]["max-buffer-size"] == "8m"


def test_an_engine_with_nothing_said_is_mended_by_both() -> None:
    first = mended(WAITS, logDriver=None, logOpts=None)
    assert first == {"logDriver": "local", "logOpts": {"mode": "non-blocking", "max-buffer-size": "4m"}}
    assert found(WAITS, container(**first)) == []

    both = {**first, **mended(BOUNDED, **first)}
    assert both == {"logDriver": "local", "logOpts": GOOD}
    assert found(BOUNDED, container(**both)) == found(WAITS, container(**both)) == []


@pytest.mark.parametrize("tier", [ENGINE, SERVICE])
@pytest.mark.parametrize("driver", ["json-file", "", None])
def test_a_log_without_bound(driver: str | None, tier: Any) -> None:
    assert found(BOUNDED, container(tier, logDriver=driver, logOpts=options(max_size=None))) == [
        "logOpts has no max-size, so its log grows until the disk of the database is full; set max-size=10m"
    ]
    assert found(BOUNDED, container(tier, logDriver=driver, logOpts=options(max_file=None))) == [
        "logOpts has no max-file, so its log is one file, and all of it is lost at each rotation; set max-file=5"
    ]


def test_a_log_whose_driver_has_bounds() -> None:
    assert found(BOUNDED, container(logOpts=options(max_size=None))) == [
        "logOpts has no max-size, so the driver chooses, 20m; set max-size=10m"
    ]
    assert found(BOUNDED, container(logOpts=options(max_file=None))) == [
        "logOpts has no max-file, so the driver chooses, 5; set max-file=5"
    ]


def test_a_log_with_nothing_said() -> None:
    assert found(BOUNDED, container(SERVICE, logDriver=None, logOpts=None)) == [
        "logOpts has no max-size, so its log grows until the disk of the database is full; set max-size=10m",
        "logOpts has no max-file, so its log is one file, and all of it is lost at each rotation; set max-file=5",
    ]


@pytest.mark.parametrize("driver", ["local", "json-file", None])
def test_a_log_with_bounds(driver: str | None) -> None:
    assert found(BOUNDED, container(logDriver=driver, logOpts={"max-size": "1g", "max-file": "1"})) == []


@pytest.mark.parametrize("driver", ["journald", "none", "syslog"])
def test_a_driver_without_files(driver: str) -> None:
    assert found(BOUNDED, container(logDriver=driver, logOpts=None)) == []


@pytest.mark.parametrize("driver", ["local", "json-file", None])
def test_bounds_are_set_and_all_else_is_kept(driver: str | None) -> None:
    repaired = mended(BOUNDED, logDriver=driver, logOpts={"mode": "blocking", "tag": "audit", "max-size": "1g"})

    assert repaired == {"logOpts": {"mode": "blocking", "tag": "audit", "max-size": "1g", "max-file": "5"}}
    assert found(BOUNDED, container(logDriver=driver, **repaired)) == []


def test_an_audit_trail_without_bounds_still_drops_nothing_once_mended() -> None:
    trail = {"labels": labelled("true"), "logOpts": {"mode": "blocking"}}
    repaired = {**trail, **mended(BOUNDED, **trail)}

    assert repaired["logOpts"] == {"mode": "blocking", "max-size": "10m", "max-file": "5"}
    assert found(BOUNDED, container(**repaired)) == found(AUDIT, container(**repaired)) == []


@pytest.mark.parametrize("tier", ["engine", "data", "infra"])
@pytest.mark.parametrize("mode", ["non-blocking", "async"])
def test_an_audit_trail_that_drops_lines(tier: str, mode: str) -> None:
    assert found(AUDIT, container(labels=labelled("true", tier), logOpts=options(mode=mode))) == [
        f"logOpts mode={mode} drops lines of an audit trail when its buffer is full; set it to blocking"
    ]


def test_an_audit_trail_that_is_not_kept() -> None:
    assert found(AUDIT, container(labels=labelled("true"), logDriver="none", logOpts=None)) == [
        "logDriver=none keeps no line of an audit trail; set it to local"
    ]


@pytest.mark.parametrize("given", [{"mode": "blocking"}, {}, None])
def test_an_audit_trail_that_waits(given: Any) -> None:
    assert found(AUDIT, container(labels=labelled("true"), logOpts=given)) == []


@pytest.mark.parametrize("labels", [labelled("false"), ENGINE["labels"], None])
@pytest.mark.parametrize("driver", ["local", "none"])
def test_what_is_no_audit_trail_may_drop_lines(labels: Any, driver: str) -> None:
    assert found(AUDIT, container(labels=labels, logDriver=driver)) == []


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("1048576", 1),
        ("1048576b", 1),
        ("512k", 0.5),
        ("4m", 4),
        ("4M", 4),
        ("4mb", 4),
        ("4MiB", 4),
        ("4 m", 4),
        ("0.5m", 0.5),
        ("2g", 2048),
        ("2t", 2_097_152),
        ("1p", 1_073_741_824),
    ],
)
def test_sizes(size: str, expected: float) -> None:
    assert mib(size) == expected


@pytest.mark.parametrize(
    "size", ["", "m", "-4m", "4x", "4mm", "4ib", "4bb", "4  m", "4m ", " 4m", "4m\n", "4.m", "lots"]
)
def test_what_is_no_size(size: str) -> None:
    assert mib(size) is None

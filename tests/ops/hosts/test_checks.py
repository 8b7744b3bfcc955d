"""Each check with a host that passes it, and with one fact changed. It does not prove that a setting helps."""

from typing import Any, get_args

import pytest

from ops.hosts import checks
from ops.hosts.result import Result
from ops.settings_file import settings_of
from policies.regimes import REGIMES
from tests.ops.conftest import LOCK
from tests.ops.hosts.examples import TOLD, daemon, facts, judged

FILE = "/etc/docker/daemon.json"
BROKEN = {"state": "broken", "why": "Expecting value: line 1 column 1 (char 0)"}
UNREADABLE = {"state": "unreadable", "why": "Permission denied"}
ELSEWHERE = {"config-file": "/srv/daemon.json"}
ABSENT = {"state": "absent"}
IRQ = {"number": 24, "actions": "eth0-rx-0"}


def of(results: list[Result], check: str) -> tuple[str, str]:
    """State and finding of one check."""
    (found,) = [each for each in results if each.check == check]
    return found.state, found.found


def test_a_host_that_is_set_as_it_should_be_passes_everything() -> None:
    assert [(each.rule, each.check, each.state) for each in judged()] == [
        ("L04", "engine-cpus-isolated", "pass"),
        ("L04", "engine-on-one-node", "pass"),
        ("L04", "engine-owns-its-cores", "pass"),
        ("L32", "nohz-full-matches", "pass"),
        ("L32", "irqbalance-off", "pass"),
        ("L32", "irqs-off-engine-cpus", "pass"),
        ("L32", "governor-performance", "pass"),
        ("L18", "hugepages-never", "pass"),
        ("L06", "no-swap", "pass"),
        ("L32", "sockets-poll", "pass"),
        ("L31", "clock-synchronised", "pass"),
        ("L31", "clock-error-bounded", "pass"),
        ("L31", "clocksource-tsc", "pass"),
        ("L15", "daemon-json-readable", "pass"),
        ("L15, CIS 2.16", "userland-proxy-off", "pass"),
        ("L15, CIS 2.15", "live-restore-on", "pass"),
        ("L15, CIS 2.2", "icc-off", "pass"),
        ("CIS 2.8", "default-ulimits-set", "pass"),
        ("CIS 2.14", "no-new-privileges-default", "pass"),
        ("CIS 2.17", "seccomp-on", "pass"),
    ]


@pytest.mark.parametrize(
    ("check", "changes", "state", "found"),
    [
        ("engine-cpus-isolated", {"isolated": ""}, "fail", "isolated: none"),
        ("engine-cpus-isolated", {"isolated": "5-7"}, "fail", "isolated: 5-7"),
        ("engine-cpus-isolated", {"isolated": None}, "unknown", "the kernel does not tell"),
        ("engine-cpus-isolated", {"online": "0-4"}, "fail", "CPU 5 is not there (online: 0-4)"),
        ("engine-on-one-node", {"numa": {0: "0-4", 1: "5-7"}}, "fail", "engine on node 0, 1"),
        ("engine-on-one-node", {"numa": {0: "0-3", 1: "4-7"}}, "pass", "engine on node 1"),
        ("engine-on-one-node", {"numa": {}}, "unknown", "the kernel does not tell"),
        ("engine-owns-its-cores", {"siblings": {4: "4,6", 5: "5,7"}}, "fail", "CPU 6-7 shares a core with engine"),
        ("engine-owns-its-cores", {"siblings": {4: "4-5", 5: "4-5"}}, "pass", "engine shares no core"),
        ("engine-owns-its-cores", {"siblings": {4: "4"}}, "unknown", "the kernel does not tell"),
        ("nohz-full-matches", {"nohz_full": "4-6"}, "fail", "nohz_full: 4-6"),
        ("nohz-full-matches", {"nohz_full": ""}, "fail", "nohz_full: none"),
        ("nohz-full-matches", {"nohz_full": None}, "fail", "this kernel has no nohz_full"),
        ("irqbalance-off", {"processes": ["irqbalance"], "isolated": "4", "nohz_full": ""}, "fail",
         "runs, and engine CPUs are not isolated"),
        ("irqbalance-off", {"processes": ["irqbalance"]}, "warn",
         "runs; it spares isolated CPUs unless IRQBALANCE_BANNED_CPULIST is set"),
        ("irqs-off-engine-cpus", {"irqs": None}, "unknown", "the kernel does not tell"),
        ("irqs-off-engine-cpus", {"irqs": [{**IRQ, "allowed": "0-7", "effective": "4"}]}, "fail",
         "come there: 24 (eth0-rx-0)"),
        ("irqs-off-engine-cpus", {"irqs": [{**IRQ, "allowed": "0-7", "effective": "1"}]}, "warn",
         "may come there: 24 (eth0-rx-0)"),
        ("irqs-off-engine-cpus", {"irqs": [{**IRQ, "allowed": "0-7", "effective": None}] * 6}, "fail",
         "come there: " + ", ".join(["24 (eth0-rx-0)"] * 4) + " and 2 more"),
        ("governor-performance", {"governors": {4: "performance", 5: "schedutil"}}, "fail", "performance, schedutil"),
        ("governor-performance", {"governors": {}}, "unknown", "the kernel does not choose the frequency here"),
        ("hugepages-never", {"hugepages": "[always] madvise never"}, "fail", "always"),
        ("hugepages-never", {"hugepages": "always [madvise] never"}, "warn", "madvise"),
        ("hugepages-never", {"hugepages": None}, "pass", "this kernel has none"),
        ("no-swap", {"swaps": ["/dev/sda2"]}, "fail", "/dev/sda2, swappiness 10"),
        ("no-swap", {"swaps": None}, "unknown", "the kernel does not tell"),
        ("sockets-poll", {"busy_read": "0"}, "warn", "busy_read 0, busy_poll 50"),
        ("sockets-poll", {"busy_poll": None}, "unknown", "the kernel does not tell"),
        ("clock-synchronised", {"clock": {"synchronised": False, "max_error_seconds": 16}}, "fail",
         "not synchronised (chronyd runs)"),
        ("clock-synchronised", {"processes": []}, "pass", "synchronised (nothing that sets it runs)"),
        ("clock-synchronised", {"clock": None}, "unknown", "adjtimex(2) may not be asked"),
        ("clock-error-bounded", {"processes": ["phc2sys", "ptp4l"]}, "unknown", "what sets the clock gives no bound"),
        ("clock-error-bounded", {"processes": ["chronyd", "phc2sys"]}, "pass", "80 µs at most"),
        ("clock-error-bounded", {"clock": None}, "unknown", "adjtimex(2) may not be asked"),
        ("clock-error-bounded", {"clock": {"synchronised": False, "max_error_seconds": 80e-6}}, "fail",
         "80 µs at most"),
        ("clock-error-bounded", {"clock": {"synchronised": True, "max_error_seconds": 33.1e-3}}, "fail",
         "33.1 ms at most"),
        ("clock-error-bounded", {"clock": {"synchronised": True, "max_error_seconds": 32.9e-3}}, "unknown",
         "32.9 ms at most, by the kernel's bound, which grows by 500 µs a second until the clock is set again"),
        ("clocksource-tsc", {"clocksource": "hpet"}, "fail", "hpet"),
        ("clocksource-tsc", {"clocksource": "kvm-clock"}, "warn", "kvm-clock"),
        ("clocksource-tsc", {"clocksource": "arch_sys_counter"}, "pass", "arch_sys_counter"),
        ("clocksource-tsc", {"clocksource": None}, "unknown", "the kernel does not tell"),
        ("daemon-json-readable", {"daemon": BROKEN}, "fail", f"{FILE}: {BROKEN['why']}"),
        ("daemon-json-readable", {"daemon": UNREADABLE}, "unknown", f"{FILE}: Permission denied"),
        ("daemon-json-readable", {"daemon": ABSENT}, "pass", "there is none: Docker's defaults hold"),
        ("daemon-json-readable", {"daemon_flags": ELSEWHERE}, "unknown",
         "dockerd reads /srv/daemon.json, which is not looked at"),
        ("userland-proxy-off", {"daemon": daemon(userland_proxy=True)}, "fail", "true"),
        ("userland-proxy-off", {"daemon": ABSENT}, "fail", "not set, which is true"),
        ("userland-proxy-off", {"daemon": ABSENT, "processes": ["docker-proxy"]}, "fail", "docker-proxy runs"),
        ("userland-proxy-off", {"daemon": ABSENT, "daemon_flags": {"userland-proxy": "false"}}, "pass", "false"),
        ("userland-proxy-off", {"daemon": UNREADABLE}, "unknown", f"{FILE}: Permission denied"),
        ("live-restore-on", {"live_restore": False}, "fail", "false"),
        ("live-restore-on", {"live_restore": False, "swarm": True}, "warn", "false; a Swarm node cannot have it"),
        ("icc-off", {"bridge_icc": True}, "fail", "true"),
        ("icc-off", {"bridge_icc": None}, "pass", "there is no default bridge"),
        ("default-ulimits-set", {"daemon": ABSENT}, "warn", "none"),
        ("default-ulimits-set", {"daemon": BROKEN}, "unknown", f"{FILE}: {BROKEN['why']}"),
        ("default-ulimits-set", {"daemon": ABSENT, "daemon_flags": {"default-ulimits": "nofile=65536"}}, "pass",
         "nofile=65536"),
        ("no-new-privileges-default", {"daemon": ABSENT, "security_options": ("name=seccomp,profile=x",)}, "warn",
         "false"),
        ("no-new-privileges-default", {"daemon": UNREADABLE, "security_options": ()}, "unknown",
         f"{FILE}: Permission denied"),
        ("seccomp-on", {"security_options": ("name=apparmor",)}, "fail", "none"),
        ("seccomp-on", {"security_options": ("name=seccomp,profile=unconfined",)}, "fail", "unconfined"),
    ],
)  # fmt: skip
def test_one_fact_changed(check: str, changes: dict[str, Any], state: str, found: str) -> None:
    assert of(judged(**changes), check) == (state, found)


@pytest.mark.parametrize(
    ("regime", "error", "state"),
    [
        ("none", 1e-3, "pass"),
        ("none", 1.1e-3, "unknown"),
        ("mica_casp", 1e-3, "pass"),
        ("mifid_hft", 100e-6, "pass"),
        ("mifid_hft", 101e-6, "unknown"),
        ("mifid_hft", 32.2e-3, "fail"),
        ("sec_bd", 50e-3, "pass"),
        ("sec_bd", 83e-3, "fail"),
    ],
)
def test_the_regime_bounds_the_clock(regime: checks.RegimeName, error: float, state: str) -> None:
    clock = {"synchronised": True, "max_error_seconds": error}
    assert of(judged(regime=regime, clock=clock), "clock-error-bounded")[0] == state


def test_the_regimes_are_those_of_the_policies() -> None:
    asked = {
        name: (regime.clock_error_us / 1e6, regime.clock_source)
        for name, regime in REGIMES.items()
        if regime.clock_error_us
    }

    assert set(checks.LIMITS) == set(REGIMES) == set(get_args(checks.RegimeName))
    assert {name: (limit.seconds, limit.source) for name, limit in checks.LIMITS.items() if name in asked} == asked


def test_what_is_wanted_and_what_helps_name_the_cpus() -> None:
    found = {each.check: each for each in judged(isolated="", nohz_full="", irqs=[])}
    assert found["engine-cpus-isolated"].wanted == "CPUs 4-5 of engine isolated"
    assert found["engine-cpus-isolated"].fix == "boot with isolcpus=managed_irq,domain,4-5"
    assert found["nohz-full-matches"].fix == "boot with nohz_full=4-5 rcu_nocbs=4-5"
    assert found["irqs-off-engine-cpus"].fix == (
        "boot with irqaffinity=0-3,6-7, and write 0-3,6-7 to /proc/irq/<number>/smp_affinity_list of those named"
    )
    assert found["clock-error-bounded"].wanted == (
        "at most 1 ms (default of this library; RTS 25 for algorithms that are not high-frequency)"
    )


def test_chrony_has_to_be_told_to_mark_the_clock_as_set() -> None:
    unset = {"synchronised": False, "max_error_seconds": 80e-6}
    fixes = [
        each.fix
        for processes in (["chronyd"], [])
        for each in judged(clock=unset, processes=processes)
        if each.check == "clock-synchronised"
    ]
    assert fixes == [
        "add rtcsync to /etc/chrony/chrony.conf; see `chronyc sources`",
        "install chrony with at least 3 sources, or ptp4l with phc2sys",
    ]


def test_each_engine_is_judged() -> None:
    found = judged({"one": frozenset({4}), "two": frozenset({3})})
    assert [each.state for each in found if each.check == "engine-cpus-isolated"] == ["pass", "fail"]


def test_a_host_without_engines_is_not_asked_for_cores_and_stalls_are_warnings() -> None:
    found = judged({}, isolated="", governors={}, swaps=["/dev/sda2"], hugepages="[always] madvise never")

    assert [each.check for each in found if each.rule in ("L04", "L32")] == []
    assert (of(found, "no-swap")[0], of(found, "hugepages-never")[0]) == ("warn", "warn")


def test_every_result_has_a_reason_a_source_and_a_remedy() -> None:
    assert [each.check for each in judged() if not (each.why and each.source and each.fix and each.wanted)] == []


def test_engines_are_placed_as_the_settings_say() -> None:
    settings = settings_of(LOCK.parents[1] / "Pulumi.prod.yaml")
    found = checks.subjects(settings, {"alpha": facts(), "gamma": facts()})

    assert [(each.host, dict(each.engines)) for each in found] == [
        ("alpha", {"engine": frozenset({4, 5, 6, 7})}),
        ("gamma", {}),
    ]


def test_the_good_host_has_every_fact() -> None:
    assert [key for key, value in TOLD.items() if value is None] == []

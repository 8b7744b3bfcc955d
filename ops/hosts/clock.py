"""Checks of the clock: what sets it, how far it may be off, what it is read from; pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from ops.hosts.result import Check, Result, Subject

_BOUNDING = {"chronyd", "ntpd"}
"""Those that tell the kernel how far off they may be. The others write 0 at each step, which bounds nothing
(linuxptp, sysclk_set_sync; systemd, timesyncd-manager.c)."""
_SETTERS = _BOUNDING | {"phc2sys", "ptp4l", "systemd-timesyn"}
_UNSET_SECONDS = 64
"""How long a clock may go without being set: the longest poll of the chrony settings in docs/guides/hosts.md (2⁶ s)."""
_GROWTH = 500e-6
"""By how much the kernel raises its bound in each second that nobody sets it (kernel/time/ntp.c, second_overflow)."""
_FAST = {"tsc", "arch_sys_counter"}
_VIRTUAL = {"kvm-clock", "hyperv_clocksource_tsc_page"}


@dataclass(frozen=True)
class ClockLimit:
    """How far the clock may be off UTC."""

    seconds: float
    source: str


SYNCHRONISED = Check(
    name="clock-synchronised",
    rule="L31",
    wanted="synchronised to UTC",
    why="orders, fills and audit rows are put in order by their time, and a clock that nothing sets drifts",
    source="RTS 25 (2017/574) Art. 4; FINRA 6820",
    fix="install chrony with at least 3 sources, or ptp4l with phc2sys",
)
ERROR = Check(
    name="clock-error-bounded",
    rule="L31",
    wanted="",
    why="what cannot be bounded cannot be reported; latency between two hosts is measured with both clocks' errors",
    source="RTS 25 (2017/574); FINRA 4590",
    fix="see `chronyc tracking`: nearer sources, a shorter poll, hardware timestamps or PTP",
)
SOURCE = Check(
    name="clocksource-tsc",
    rule="L31",
    wanted="tsc (on arm64: arch_sys_counter)",
    why="the processor's own counter is read without a system call; hpet and acpi_pm need one, and a slow read of "
    "a device",
    source="tuned network-latency (tsc=reliable); Linux timekeeping documentation",
    fix="boot with tsc=reliable clocksource=tsc, where the processor has constant_tsc and nonstop_tsc",
)


def judge(subject: Subject, limit: ClockLimit) -> Iterator[Result]:
    """Of any host."""
    yield from (_synchronised(subject), _error(subject, limit), _source(subject))


def _synchronised(subject: Subject) -> Result:
    clock, setters = subject.facts.told.clock, subject.facts.told.processes & _SETTERS
    if clock is None:
        return SYNCHRONISED.result(subject, "unknown", "adjtimex(2) may not be asked")
    by = f" ({', '.join(sorted(setters))} runs)" if setters else " (nothing that sets it runs)"
    if clock.synchronised:
        return SYNCHRONISED.result(subject, "pass", f"synchronised{by}")
    # chrony, sys_timex.c: it tells the kernel that the clock is set only where the directive rtcsync is.
    fix = "add rtcsync to /etc/chrony/chrony.conf; see `chronyc sources`" if "chronyd" in setters else SYNCHRONISED.fix
    return SYNCHRONISED.result(subject, "fail", f"not synchronised{by}", fix=fix)


def _error(subject: Subject, limit: ClockLimit) -> Result:
    clock, wanted = subject.facts.told.clock, f"at most {_time(limit.seconds)} ({limit.source})"
    if clock is None:
        return ERROR.result(subject, "unknown", "adjtimex(2) may not be asked", wanted=wanted)
    error = clock.max_error_seconds
    found = f"{_time(error)} at most"
    if clock.synchronised and not subject.facts.told.processes & _BOUNDING:
        fix = "see the log of phc2sys, and pmc -u -b 0 'GET TIME_STATUS_NP'; or let chrony set the clock, from PTP too"
        return ERROR.result(subject, "unknown", "what sets the clock gives no bound", wanted=wanted, fix=fix)
    if clock.synchronised and error <= limit.seconds:
        return ERROR.result(subject, "pass", found, wanted=wanted)
    if clock.synchronised and error <= limit.seconds + _GROWTH * _UNSET_SECONDS:
        found += ", by the kernel's bound, which grows by 500 µs a second until the clock is set again"
        return ERROR.result(subject, "unknown", found, wanted=wanted)
    return ERROR.result(subject, "fail", found, wanted=wanted)


def _source(subject: Subject) -> Result:
    found = subject.facts.told.clocksource
    if found is None:
        return SOURCE.result(subject, "unknown", "the kernel does not tell")
    state = "pass" if found in _FAST else "warn" if found in _VIRTUAL else subject.severe
    return SOURCE.result(subject, state, found)


def _time(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.4g} {unit}"
    return f"{seconds / 1e-6:.4g} µs"

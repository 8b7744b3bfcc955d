"""The alerts of a clock that is, or may be, further off UTC than the desk's regime allows; pure.

How far a clock may be off is asked of the host's time service by NTP, over loopback: root dispersion and half the root
delay bound its error (RFC 5905, 11.2; chronyc(1), tracking), and what it still has to correct comes on top. The kernel
does not know: `node_timex_offset_seconds` is 0 under chrony, and the kernel's own bound grows by 500 µs a second.
"""

from collections.abc import Mapping
from typing import Any, Final

from components._common.owner import Owner
from components._common.render import to_yaml

_OWNER: Final[Owner] = "infrastructure"
_ERROR: Final = "instance:clock_error_seconds"
# Loopback's way there and back is in the offset: up to half of it may be none of the clock's.
_UNCORRECTED: Final = "clamp_min(abs(node_ntp_offset_seconds) - node_ntp_rtt_seconds / 2, 0)"
_BOUND: Final = f"node_ntp_root_dispersion_seconds + node_ntp_root_delay_seconds / 2 + {_UNCORRECTED}"
_HOST: Final = "{{ $labels.instance }}"


def clock_yaml(limit_us: int) -> str:
    """The rule file; `limit_us`: how far a clock may be off UTC, in µs."""
    limit = limit_us / 1e6
    rules = (
        {"record": _ERROR, "expr": _BOUND},
        _alert(
            "HostClockUnsynchronised",
            "node_timex_sync_status == 0",
            "ticket",
            summary=f"Nothing sets {_HOST}'s clock",
            action="See `systemctl status chrony`; venues' and our time stamps cannot be compared until then",
        ),
        _alert(
            "HostClockErrorUnknown",
            f"node_timex_sync_status == 1 unless on (instance) {_ERROR}",
            "ticket",
            summary=f"Nobody says how far {_HOST}'s clock may be off UTC",
            action="Let chrony answer on 127.0.0.1 (docs/guides/hosts.md); until then nothing bounds our time stamps",
        ),
        # Half the limit leaves time to find a better source before records miss what the regime asks.
        _alert(
            "HostClockErrorNear",
            f"{_ERROR} > {limit / 2:g}",
            "ticket",
            summary=f"{_HOST}'s clock may be {{{{ $value | humanizeDuration }}}} off UTC, over half of what it may",
            action="See `chronyc sources -v`: a nearer source, a shorter poll",
        ),
        _alert(
            "HostClockErrorHigh",
            f"{_ERROR} > {limit:g}",
            "page",
            summary=f"{_HOST}'s clock may be {{{{ $value | humanizeDuration }}}} off UTC; {limit_us} µs are allowed",
            action="See `chronyc tracking`; whether to halt is for the desk to say: records miss what it must keep",
        ),
    )
    return to_yaml({"groups": [{"name": "clocks", "rules": list(rules)}]})


def _alert(name: str, expr: str, severity: str, *, summary: str, action: str) -> Mapping[str, Any]:
    return {
        "alert": name,
        "expr": expr,
        # A restart of the time service takes seconds.
        "for": "1m",
        "labels": {"severity": severity, "owner": _OWNER},
        "annotations": {"summary": summary, "action": action, "runbook": f"docs/runbooks/{name}.md"},
    }

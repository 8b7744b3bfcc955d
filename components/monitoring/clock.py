"""The alert of a clock that is further off UTC than the desk's regime allows; pure."""

from components._common.render import to_yaml

_NAME = "HostClockUnsynchronised"


def clock_yaml(limit_us: int) -> str:
    """The rule file."""
    alert = {
        "alert": _NAME,
        "expr": f"node_timex_sync_status == 0 or abs(node_timex_offset_seconds) > {limit_us / 1e6:g}",
        "for": "1m",
        "labels": {"severity": "ticket", "owner": "infrastructure"},
        "annotations": {
            "summary": f"{{{{ $labels.instance }}}}'s clock is not known to be within {limit_us} microseconds of UTC",
            "action": "See `chronyc tracking`; venues' and our time stamps cannot be compared until then",
            "runbook": f"docs/runbooks/{_NAME}.md",
        },
    }
    return to_yaml({"groups": [{"name": "clocks", "rules": [alert]}]})

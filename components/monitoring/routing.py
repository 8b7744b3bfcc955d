"""`alertmanager.yml`: who is told of what, how soon, and what is held back; pure.

docs/guides/alerting.md says why each number is what it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from components._common.render import to_yaml
from components.monitoring.maintenance import MaintenanceSettings
from components.monitoring.messages import integration
from components.monitoring.receivers import HEARTBEAT_SECRET, REGULATED, URGENCIES, ReceiverSettings
from components.monitoring.settings import MonitoringSettings

EVERYBODY: Final = "Everybody"
"""Who is told of what no route takes; a capital, which no receiver of the settings has."""
HEARTBEAT: Final = "Heartbeat"
"""Who expects the heartbeat."""
_HEARTBEAT_MATCHER: Final = 'severity="heartbeat"'
_REGULATED_MATCHER: Final = f'reg="{REGULATED}"'
# Every alert by itself: one that joins a group waits for the next group_interval, and longer while the receiver does
# not answer for another one of the group.
_ALONE: Final = ["..."]
# RTS 6 (2017/589) Art. 16(5): alerts within five seconds of the event.
_AT_ONCE: Final = {"group_by": _ALONE, "group_wait": "0s", "group_interval": "1s", "repeat_interval": "1h"}
# What HostDown explains fires up to 5 s before it, and is sent by then if nothing holds it back.
_QUICK: Final = {"group_by": _ALONE, "group_wait": "5s", "group_interval": "30s", "repeat_interval": "1h"}
# What waits for the morning is gathered, and said once a day.
_SLOW: Final = {"group_by": ["alertname"], "group_wait": "1m", "group_interval": "15m", "repeat_interval": "1d"}
# prometheus/alertmanager#3370: only where the repetition is the shorter one does each group_interval send.
_BEATING: Final = {"group_by": _ALONE, "group_wait": "0s", "group_interval": "1m", "repeat_interval": "50s"}

_EXPLAINED: Final = (
    ("HostDown", "TargetDown", ("host",)),
    ("HostDown", "GrafanaDown", ("host",)),
    ("EngineDown", "TargetDown", ("job", "instance")),
    ("AvailabilityBudgetBurning", "AvailabilityBudgetShrinking", ("slo",)),
    ("RoundtripBudgetBurning", "RoundtripBudgetShrinking", ("slo",)),
    ("CertificateEnding", "CertificateNotRenewed", ("part",)),
)
"""While the first fires, the second says nothing new of the same thing. Nothing that a regulator asks for is held back:
it is out before another alert could explain it."""
_WHICH: Final = ("alertname", "host", "instance", "venue", "symbol", "part", "slo", "database")
"""Labels that say what an alert is of."""
_TICKET_BESIDE_PAGE: Final = {
    "source_matchers": ['severity="page"'],
    "target_matchers": ['severity="ticket"', f'reg!="{REGULATED}"'],
    "equal": list(_WHICH),
}


def alertmanager_yml(settings: MonitoringSettings) -> str:
    """`alertmanager.yml`. What no route takes goes to everybody, at the speed of a page."""
    return to_yaml(
        {
            "route": {
                "receiver": EVERYBODY,
                **_QUICK,
                "routes": [
                    {"receiver": HEARTBEAT, "matchers": [_HEARTBEAT_MATCHER], **_BEATING},
                    _branch(_REGULATED_MATCHER, _AT_ONCE, list(_regulated(settings.receivers))),
                    *(
                        _branch(f'severity="{severity}"', pace, list(_sent(severity, settings)))
                        for severity, pace in zip(URGENCIES, (_QUICK, _SLOW), strict=True)
                    ),
                ],
            },
            **_time_intervals(settings.maintenance),
            "inhibit_rules": [*(_held_back(*row) for row in _EXPLAINED), _TICKET_BESIDE_PAGE],
            "receivers": list(_receivers(settings)),
        }
    )


def _held_back(explains: str, alert: str, of_the_same: Sequence[str]) -> Mapping[str, Any]:
    return {
        "source_matchers": [f'alertname="{explains}"'],
        "target_matchers": [f'alertname="{alert}"', f'reg!="{REGULATED}"'],
        "equal": list(of_the_same),
    }


def _branch(matcher: str, pace: Mapping[str, Any], routes: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """One route to each who gets some of it; what none of them takes stays with everybody."""
    return {"matchers": [matcher], **pace, **({"routes": list(routes)} if routes else {})}


def _regulated(receivers: Sequence[ReceiverSettings]) -> Iterator[Mapping[str, Any]]:
    for receiver in receivers:
        if REGULATED in receiver.gets:
            yield _route(receiver)
        else:
            yield _route(receiver, f'severity=~"{"|".join(receiver.gets)}"')


def _of(severity: str, receivers: Sequence[ReceiverSettings]) -> Iterator[Mapping[str, Any]]:
    return (_route(receiver) for receiver in receivers if severity in receiver.gets)


def _sent(severity: str, settings: MonitoringSettings) -> Iterator[Mapping[str, Any]]:
    """The routes of a severity: first those of hosts with planned work, where each receiver is spared for its time."""
    routes = list(_of(severity, settings.receivers))
    works: dict[str, list[str]] = {}
    for work in settings.maintenance:
        works.setdefault(work.host, []).append(work.name)
    for host, names in works.items() if routes else ():
        yield {"matchers": [f'host="{host}"'], "routes": [{**route, "mute_time_intervals": names} for route in routes]}
    yield from routes


def _time_intervals(works: Sequence[MaintenanceSettings]) -> Mapping[str, Any]:
    return {"time_intervals": [_time_interval(work) for work in works]} if works else {}


def _time_interval(work: MaintenanceSettings) -> Mapping[str, Any]:
    day = work.day
    hours = {"start_time": work.start, "end_time": work.end}
    days = {"days_of_month": [str(day.day)], "months": [str(day.month)], "years": [str(day.year)]}
    return {"name": work.name, "time_intervals": [{"times": [hours], **days}]}


def _route(receiver: ReceiverSettings, *further: str) -> Mapping[str, Any]:
    owners = f'owner=~"{"|".join(receiver.owners)}"'
    return {"receiver": receiver.name, "matchers": [owners, *further], "continue": True}


def _receivers(settings: MonitoringSettings) -> Iterator[Mapping[str, Any]]:
    ways = {receiver.name: integration(receiver.way, receiver.secret) for receiver in settings.receivers}
    everybody: dict[str, list[Mapping[str, Any]]] = {}
    for key, configured in ways.values():
        everybody.setdefault(key, []).append(configured)
    yield {"name": EVERYBODY, **everybody}
    beat = settings.heartbeat and integration(settings.heartbeat, HEARTBEAT_SECRET, says_it_is_over=False)
    yield {"name": HEARTBEAT, **({beat[0]: [beat[1]]} if beat else {})}
    yield from ({"name": name, key: [configured]} for name, (key, configured) in ways.items())

"""Shows results: a table and remedies for people, JSON for programs."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from ops.hosts.result import Result, State
from ops.screen import Screen

HEADS = ("host", "state", "rule", "check", "found", "wanted")
_STATES: tuple[State, ...] = ("fail", "warn", "unknown", "pass")


def as_json(results: Iterable[Result]) -> str:
    """A list of {host, check, rule, state, found, wanted, why, source, fix}."""
    return json.dumps([asdict(each) for each in results], indent=2, ensure_ascii=False)


def rows(results: Iterable[Result]) -> list[tuple[str, ...]]:
    """One row for each check of each host."""
    return [(each.host, each.state, each.rule, each.check, each.found, each.wanted) for each in results]


def remedies(results: Iterable[Result]) -> list[str]:
    """Once for each check that did not pass and each remedy: on which hosts, why, and what to do."""
    hosts: dict[tuple[str, str, str, str], list[str]] = {}
    for each in results:
        if each.state != "pass":
            named = hosts.setdefault((each.check, each.why, each.source, each.fix), [])
            named += [] if each.host in named else [each.host]
    return [
        f"{check} ({', '.join(named)}): {why} [{source}]: {fix}" for (check, why, source, fix), named in hosts.items()
    ]


def summary(results: Sequence[Result]) -> str:
    """How many of each state."""
    counts = Counter(each.state for each in results)
    return ", ".join(f"{counts[state]} {state}" for state in _STATES)


def show(results: Sequence[Result], screen: Screen) -> None:
    """The table, the remedies, the counts."""
    if not results:
        return
    screen.table(HEADS, rows(results))
    for each in remedies(results):
        screen.note(each)
    screen.line(summary(results))


def failures(results: Sequence[Result]) -> tuple[str, ...]:
    """What ends the command with exit code 1: one line, none where nothing failed."""
    failed = [each for each in results if each.state == "fail"]
    if not failed:
        return ()
    hosts = ", ".join(dict.fromkeys(each.host for each in failed))
    checks = "1 check" if len(failed) == 1 else f"{len(failed)} checks"
    return (f"{checks} of hosts failed ({hosts}): do what is said of each, see docs/guides/hosts.md",)

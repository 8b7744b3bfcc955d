"""Shows what was found: for people, and as JSON for programs."""

import json
from collections.abc import Iterator, Sequence

from ops.doctor.facts import Facts
from ops.doctor.rank import Suspect, Verdict
from ops.screen import Screen

_SHOWN = 6
"""How many consequences are named before the rest is counted."""


def show(verdicts: Sequence[Verdict], facts: Facts, screen: Screen) -> None:
    """What was looked at, then each cause with its evidence, what it explains and what to do next."""
    for line in lines(verdicts, facts):
        screen.line(line)


def lines(verdicts: Sequence[Verdict], facts: Facts) -> Iterator[str]:
    """The report."""
    yield from _looked_at(facts)
    for number, verdict in enumerate(verdicts, 1):
        yield from _cause(number, verdict)
    yield "nothing is wrong" if not verdicts else f"{len(verdicts)} cause{'' if len(verdicts) == 1 else 's'}"


def as_json(verdicts: Sequence[Verdict]) -> str:
    """A list of {cause, likelihood, subject, what, evidence, next, runbook, consequences}, the likeliest first."""
    found = [{**_entry(each.suspect), "consequences": [_entry(one) for one in each.consequences]} for each in verdicts]
    return json.dumps(found, indent=2, ensure_ascii=False)


def _entry(suspect: Suspect) -> dict[str, object]:
    return {
        "cause": suspect.cause.name,
        "likelihood": suspect.cause.likelihood.name.lower(),
        "subject": suspect.finding.subject,
        "what": suspect.cause.what,
        "evidence": list(suspect.finding.evidence),
        "next": suspect.finding.command,
        "runbook": _page(suspect),
    }


def _looked_at(facts: Facts) -> Iterator[str]:
    answering = sum(not each.problem for each in facts.targets)
    running = sum(each.runs for each in facts.parts)
    yield (
        f"stack {facts.stack}: {len(facts.hosts)} host{'' if len(facts.hosts) == 1 else 's'}, "
        f"{running} of {len(facts.parts)} containers run, {answering} of {len(facts.targets)} endpoints answer"
    )
    for deploy in facts.deploys.latest[:1]:
        what = f"{deploy.kind} {deploy.result} {deploy.started:%Y-%m-%d %H:%M}"
        yield f"last deployment: {what}, {deploy.changed} changes"
    for failover in facts.cluster.failovers[-1:]:
        when = f" {failover.at:%Y-%m-%d %H:%M}" if failover.at else ""
        yield f"last failover: {failover.leader} leads timeline {failover.timeline} since{when}"
    for problem in filter(None, (facts.deploys.problem, facts.cluster.problem)):
        yield f"not known: {problem}"
    if not facts.watch.asked:
        yield "not known: which alerts fire, as no Prometheus answers"


def _cause(number: int, verdict: Verdict) -> Iterator[str]:
    suspect = verdict.suspect
    likelihood = suspect.cause.likelihood.name.lower()
    yield f"{number}. {suspect.finding.subject}: {suspect.cause.what} ({suspect.cause.name}, {likelihood})"
    yield from (f"   seen: {each}" for each in suspect.finding.evidence)
    for each in verdict.consequences[:_SHOWN]:
        yield f"   so also: {each.finding.subject}: {each.cause.what} ({'; '.join(each.finding.evidence)})"
    if more := verdict.consequences[_SHOWN:]:
        yield f"   so also: {len(more)} more"
    yield f"   next: {suspect.finding.command}"
    if page := _page(suspect):
        yield f"   see: {page}"


def _page(suspect: Suspect) -> str:
    return f"docs/runbooks/{suspect.runbook}.md" if suspect.runbook else ""

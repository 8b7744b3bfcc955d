"""`hft db advise`: asks every node of a cluster what it has counted, and the planner about the costly statements."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from docker import DockerClient

from components._common.endpoint import DatabaseMember
from components.database.settings import DATABASE
from ops.db.advice.facts import Facts, Statement, parse, together
from ops.db.advice.plans import Wanted, wanted
from ops.db.advice.rules import Advice, advice, is_slow_for_its_rows
from ops.db.layout import Layout, Place
from ops.errors import OpsError

_FACTS = Path(__file__).with_name("advice") / "facts.sql"
_MOST_PLANS = 20


def advise(layout: Layout, docker: Mapping[str, DockerClient]) -> tuple[Facts, list[Advice]]:
    """The facts of all nodes together, and what would help. Raises OpsError where a node does not answer."""
    found: list[Facts] = []
    primary: tuple[DatabaseMember, Place] | None = None
    for member, place in layout.nodes.values():
        text = _asked(docker[place.docker], place, member.postgres_port, _FACTS.read_text())
        if '"in_recovery" : false' in text:
            primary = (member, place)
            found.insert(0, parse(text))
        else:
            found.append(parse(text))
    if primary is None:
        raise OpsError("no node takes writes: see docs/runbooks/TsdbNoPrimary.md")
    facts = together(found[0], found[1:])
    return facts, advice(facts, dict(_plans(facts, docker, *primary)))


def _plans(
    facts: Facts, docker: Mapping[str, DockerClient], member: DatabaseMember, place: Place
) -> Iterator[tuple[str, Sequence[Wanted]]]:
    slow = [each for each in facts.statements if is_slow_for_its_rows(each) and _is_question(each)]
    for statement in slow[:_MOST_PLANS]:
        plan = _planned(docker[place.docker], place, member.postgres_port, statement)
        if plan:
            yield statement.id, wanted(plan, facts.tables)


def _is_question(statement: Statement) -> bool:
    """Whether its plan may be asked for: one SELECT. A text with a semicolon could be two statements."""
    first = statement.query.split(maxsplit=1)[0].upper()
    return first in ("SELECT", "WITH") and ";" not in statement.query.rstrip().rstrip(";")


def _planned(client: DockerClient, place: Place, port: int, statement: Statement) -> str | None:
    """The plan that does not know its parameters, as JSON; None where the planner refuses. It runs nothing."""
    steps = (
        "SET default_transaction_read_only = on",
        "SET statement_timeout = '5s'",
        "SET search_path = trading, public",
        "SET ROLE pg_read_all_data",
        f"EXPLAIN (GENERIC_PLAN, VERBOSE, FORMAT JSON) {statement.query}",
    )
    argv = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-p", str(port), *(f"--command={step}" for step in steps)]
    status, output = client.containers.get(place.container).exec_run([*argv, DATABASE], stderr=False)
    return output.decode() if status == 0 and isinstance(output, bytes) else None


def _asked(client: DockerClient, place: Place, port: int, sql: str) -> str:
    argv = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-p", str(port), f"--command={sql}", DATABASE]
    status, output = client.containers.get(place.container).exec_run(argv, demux=True)
    out, complaint = (each.decode() if isinstance(each, bytes) else "" for each in output)
    if status != 0:
        raise OpsError(f"{place.container}: {(complaint.strip() or 'no answer').splitlines()[0]}")
    return out

"""Runs all measures of the database in a stack of its own, named `benchdb`."""

from dataclasses import dataclass, field

from ops import docker_hosts
from ops.bench.db import boundary, drills, ingest, mixed, peers, queries
from ops.bench.db.client import client
from ops.bench.db.data import DROP_PLAIN
from ops.bench.db.deployed import deployed
from ops.bench.db.sizes import Sizes
from ops.bench.machine import machine
from ops.bench.measure import DATABASE, HEADS, Measure, write
from ops.bench.plots import FOLDER, against_goals
from ops.sandbox import CHECKOUT
from ops.screen import Screen

_ENDPOINT = "unix:///var/run/docker.sock"
_ANSWER_SECONDS = 3600
"""Docker answers a command in a container only when that ends."""
_GOALS = "database-goals.png"


def bench_db(sizes: Sizes, screen: Screen) -> list[Measure]:
    """Measure, show, write build/bench.json, docs/benchmarks.md and its plots.

    Raises:
        OpsError: something does not run.
    """
    found_on = machine()
    measures, plotted = _measured(sizes, screen)
    against_goals(measures, CHECKOUT / FOLDER / _GOALS, "Figures of the database as shares of their goals")
    remarks = (
        f"\n![Figures as shares of their goals]({FOLDER.name}/{_GOALS})\n{plotted}{peers.table(peers.read(CHECKOUT))}"
    )
    write(DATABASE, measures, found_on, CHECKOUT, remarks)
    screen.table(HEADS, [measure.row() for measure in measures])
    return measures


@dataclass
class _Told:
    """Figures that are shown as they come: a run takes half an hour."""

    screen: Screen
    measures: list[Measure] = field(default_factory=list)

    def of(self, *measures: Measure) -> None:
        """Show and keep them."""
        for each in measures:
            self.screen.note(": ".join(each.row()[:2]))
        self.measures += measures


def _measured(sizes: Sizes, screen: Screen) -> tuple[list[Measure], str]:
    """The figures, and the page's lines for their plots; leaves no container behind."""
    with (
        docker_hosts.connected(_ENDPOINT, _ANSWER_SECONDS) as docker,
        screen.running("measuring, for some minutes"),
        deployed(docker, sizes) as database,
        client(docker, database.image, database.passwords) as asking,
    ):
        screen.step("database, router and pooler are up")
        told = _Told(screen)
        told.of(ingest.fill(database, asking, sizes, screen))
        answers = queries.ask(database, asking, sizes, screen)
        told.of(*queries.measures(answers, sizes))
        told.of(boundary.measure(database, asking, sizes, screen))
        database.superuser(DROP_PLAIN, "CHECKPOINT")
        told.of(*mixed.measures(database, asking, sizes, screen))
    plotted = queries.plot(answers, CHECKOUT / FOLDER)
    return [*told.measures, *drills.measures(drills.read(CHECKOUT))], plotted

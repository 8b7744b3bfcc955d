"""Runs all measures of the database in a stack of its own, named `benchdb`."""

from ops import docker_hosts
from ops.bench.db import ingest, queries
from ops.bench.db.client import client
from ops.bench.db.deployed import deployed
from ops.bench.db.sizes import Sizes
from ops.bench.machine import machine
from ops.bench.measure import DATABASE, HEADS, Measure, write
from ops.sandbox import CHECKOUT
from ops.screen import Screen

_ENDPOINT = "unix:///var/run/docker.sock"
_ANSWER_SECONDS = 3600
"""Docker answers a command in a container only when that ends."""


def bench_db(sizes: Sizes, screen: Screen) -> list[Measure]:
    """Measure, show, write build/bench.json and docs/benchmarks.md. Raises OpsError where something does not run."""
    found_on = machine()
    measures = measured(sizes, screen)
    write(DATABASE, measures, found_on, CHECKOUT)
    screen.table(HEADS, [measure.row() for measure in measures])
    return measures


def measured(sizes: Sizes, screen: Screen) -> list[Measure]:
    """The figures alone; leaves nothing behind."""
    with (
        docker_hosts.connected(_ENDPOINT, _ANSWER_SECONDS) as docker,
        screen.running("measuring, for some minutes"),
        deployed(docker, sizes) as database,
        client(docker, database.image, {"hft_writer": database.writer_password}) as asking,
    ):
        screen.step("database, router and pooler are up")
        filled = ingest.fill(database, asking, sizes, screen)
        return [*queries.measures(database, asking, sizes, screen), filled]

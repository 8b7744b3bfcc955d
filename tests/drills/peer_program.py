"""The drilled stack as a peer would have it, where the setting `hft:router-checks` says how its routers look for the
primary: they do so in these words, and no crash of PostgreSQL wakes Patroni."""

import runpy
from pathlib import Path

import pulumi

import components.database.render as database
import components.pooling.render as pooling

if checks := pulumi.Config("hft").get("router-checks"):
    node = database._postgresql
    pooling._checks = lambda failover, times=1: checks  # type: ignore[assignment]  # no setting of ours says these
    database._postgresql = lambda settings, member: {**node(settings, member), "callbacks": {}}
runpy.run_path(str(Path(__file__).resolve().with_name("program.py")))

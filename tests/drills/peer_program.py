"""The drilled stack, whose routers look for the primary as the setting `hft:router-checks` says, where there is one."""

import runpy
from pathlib import Path

import pulumi

from components.pooling import render

if checks := pulumi.Config("hft").get("router-checks"):
    render._checks = lambda failover, times=1: checks  # type: ignore[assignment]  # a peer's, which no setting of ours says
runpy.run_path(str(Path(__file__).resolve().with_name("program.py")))

"""Entry point of the pack. `PolicyPack` starts a server and never returns, so everything else is in `rules`."""

from pulumi_policy import EnforcementLevel, PolicyPack

from policies.rules import RULES

PolicyPack("hft", policies=list(RULES), enforcement_level=EnforcementLevel.MANDATORY)

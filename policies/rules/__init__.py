"""All rules, in the order of the table in the README."""

from policies.pack.rule import Rule
from policies.rules import (
    alerts,
    cache,
    cis,
    compliance,
    cpu,
    database_access,
    grafana,
    images,
    lifecycle,
    limits,
    logs,
    memory,
    network,
    passwords,
    placement,
    postgresql,
    privileges,
    secrets,
    slots,
    standby,
    storage,
    swarm,
    sysctls,
    tiers,
)

RULES: tuple[Rule, ...] = (
    *(*tiers.RULES, *cpu.RULES, *memory.RULES, *limits.RULES, *placement.RULES, *network.RULES, *sysctls.RULES),
    *(*logs.RULES, *lifecycle.RULES, *slots.RULES, *images.RULES, *privileges.RULES, *cis.RULES, *swarm.RULES),
    *(*secrets.RULES, *passwords.RULES, *storage.RULES, *standby.RULES, *cache.RULES),
    *(*postgresql.RULES, *database_access.RULES, *grafana.RULES, *alerts.RULES, *compliance.RULES),
)

__all__ = ["RULES"]

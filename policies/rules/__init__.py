"""All rules, in the order of the table in the README."""

from policies.rules import images, latency, network, secrets, storage

RULES = (*images.RULES, *latency.RULES, *secrets.RULES, *network.RULES, *storage.RULES)

__all__ = ["RULES"]

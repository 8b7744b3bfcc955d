"""Entry point of the pack; everything else is importable."""

from policies.pack.server import serve
from policies.resources import TYPES
from policies.rules import RULES

serve("hft", RULES, TYPES)

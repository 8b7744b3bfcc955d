"""Hypertables as settings: chunks, indexes, retention, compression and roll-ups. Pure."""

from components.database.hypertables.render import hypertables_json
from components.database.hypertables.settings import HypertableSettings, IndexSettings, check_hypertables

__all__ = ["HypertableSettings", "IndexSettings", "check_hypertables", "hypertables_json"]

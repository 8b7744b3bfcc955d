"""The alert rules of this folder: those of its file, and those that follow from its objectives."""

from pathlib import Path

from components.trading.objectives import objectives_yaml

_RULES = Path(__file__).with_name("alerts.yaml")


def alert_rules() -> dict[str, str]:
    """Rule file name → text."""
    return {"trading.yaml": _RULES.read_text(), "objectives.yaml": objectives_yaml()}

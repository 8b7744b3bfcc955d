"""The alert rules of this folder, as both of its components hand them to monitoring."""

from pathlib import Path

_RULES = Path(__file__).with_name("alerts.yaml")


def alert_rules() -> dict[str, str]:
    """Rule file name → text."""
    return {"pooling.yaml": _RULES.read_text()}

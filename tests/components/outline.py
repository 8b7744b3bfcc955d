"""What stands on a dashboard."""

import json


def outline(text: str) -> dict[str, list[str]]:
    """Row → titles of its panels, in their order."""
    found: dict[str, list[str]] = {}
    for panel in json.loads(text)["panels"]:
        if panel["type"] == "row":
            found[panel["title"]] = []
        else:
            found[list(found)[-1]].append(panel["title"])
    return found

"""Grafana's colours, so that a picture looks like the page it stands for; pure."""

LINES = (
    *("#7EB26D", "#EAB839", "#6ED0E0", "#EF843C", "#E24D42", "#1F78C1", "#BA43A9", "#705DA0", "#508642", "#CCA300"),
    *("#447EBC", "#C15C17", "#890F02", "#0A437C", "#6D1F62", "#584477"),
)
_NAMED = {
    "green": "#73BF69", "yellow": "#F2CC0C", "orange": "#FF9830", "red": "#E02F44", "dark-red": "#C4162A",
    "blue": "#5794F2",
}  # fmt: skip


def named(name: str) -> str:
    """The colour of a name of Grafana's."""
    return _NAMED.get(name, name)


def line(number: int) -> str:
    """The colour of a line by its number."""
    return LINES[number % len(LINES)]

"""The sheet: Grafana's grid of 24 columns in inches, cards on it, and text that stays inside them."""

import importlib
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops.errors import OpsError

_COLUMNS, _WIDTH = 24, 16.0
_UNIT, _HEAD, _GAP, _DPI = 0.36, 0.55, 0.05, 90
_TITLE, _MARGIN = 0.26, 0.1
_BACKGROUND, _EDGE, _INK, _FAINT = "#f4f5f5", "#dcdee3", "#24292e", "#8a8f98"
# Of the font at its sizes, on average; a little more than measured, so that text ends early and not late.
_CHARACTER_INCHES_PER_POINT = 0.0088
LEGEND_POINTS, _TITLE_POINTS = 6.5, 8.5
_LEGEND_LINE, _MOST_LEGEND_LINES, _MARKER = 0.14, 3, 0.16

Place = tuple[int, int, int, int]


def fitted(text: str, inches: float, points: float) -> str:
    """The text, cut where it would be wider."""
    most = max(1, int(inches / (points * _CHARACTER_INCHES_PER_POINT)))
    return text if len(text) <= most else f"{text[: most - 1]}…"


@dataclass(frozen=True)
class Card:
    """One panel's place, in inches from the lower left corner of the sheet."""

    paper: "Paper"
    left: float
    bottom: float
    width: float
    height: float

    def axes(self, *, left: float = 0.58, bottom: float = 0.3, legend: int = 0) -> Any:
        """Axes below the title, above `legend` lines of a legend."""
        below = bottom + legend * _LEGEND_LINE
        return self.paper.axes(
            self.left + left, self.bottom + below, self.width - left - 0.15, self.height - below - _TITLE - 0.06
        )

    def inner(self) -> tuple[float, float, float, float]:
        """Left, bottom, width and height below the title."""
        return self.left + _MARGIN, self.bottom + 0.08, self.width - 2 * _MARGIN, self.height - _TITLE - 0.12

    def legend_lines(self, names: Sequence[str]) -> list[list[int]]:
        """Which names stand on which line of the legend; what does not fit is left out."""
        lines: list[list[int]] = [[]]
        taken = 0.0
        for number, name in enumerate(names):
            wide = self._entry(name)
            if taken + wide > self.width - 2 * _MARGIN and lines[-1]:
                if len(lines) == _MOST_LEGEND_LINES:
                    break
                lines.append([])
                taken = 0.0
            lines[-1].append(number)
            taken += wide
        return lines

    def legend(self, names: Sequence[str], colours: Sequence[str]) -> None:
        """Names with their colours, at the foot of the card."""
        lines = self.legend_lines(names)
        for place, line in enumerate(lines):
            at = self.left + _MARGIN
            height = self.bottom + 0.09 + (len(lines) - 1 - place) * _LEGEND_LINE
            for number in line:
                self.paper.box(at, height - 0.02, 0.1, 0.035, fill=colours[number])
                self.paper.text(at + _MARKER, height, self._cut(names[number]), LEGEND_POINTS)
                at += self._entry(names[number])
        left_out = len(names) - sum(map(len, lines))
        if left_out:
            self.paper.text(
                self.left + self.width - 0.1,
                self.bottom + 0.09,
                f"+{left_out}",
                LEGEND_POINTS,
                colour=_FAINT,
                align="right",
            )

    def _cut(self, name: str) -> str:
        return fitted(name, self.width - 2 * _MARGIN - _MARKER, LEGEND_POINTS)

    def _entry(self, name: str) -> float:
        return _MARKER + (len(self._cut(name)) + 2) * LEGEND_POINTS * _CHARACTER_INCHES_PER_POINT

    def says(self, text: str, colour: str) -> None:
        """Words in place of a graph."""
        columns = int((self.width - 0.4) / (7.5 * _CHARACTER_INCHES_PER_POINT))
        most = int((self.height - _TITLE - 0.2) / 0.15)
        lines = [line for part in text.splitlines() for line in textwrap.wrap(part, columns)][:most]
        middle = self.bottom + (self.height - _TITLE) / 2
        self.paper.text(self.left + self.width / 2, middle, "\n".join(lines), 7.5, colour=colour, align="center")


class Paper:
    """A figure of matplotlib, addressed in inches."""

    def __init__(self, pyplot: Any, rows: int) -> None:
        """`rows`: units of the grid."""
        self._height = _HEAD + rows * _UNIT + 0.1
        self.figure = pyplot.figure(figsize=(_WIDTH, self._height), facecolor=_BACKGROUND)
        self._patches = importlib.import_module("matplotlib.patches")
        self._complaints = 0

    @classmethod
    @contextmanager
    def opened(cls, path: Path, rows: int) -> Iterator["Paper"]:
        """A sheet that is written to `path` at the end."""
        try:
            matplotlib = importlib.import_module("matplotlib")
            matplotlib.use("Agg")
            pyplot: Any = importlib.import_module("matplotlib.pyplot")
        except ImportError as error:
            raise OpsError(f"pictures need matplotlib ({error}); run: toolchain/bootstrap.sh setup") from error
        paper = cls(pyplot, rows)
        try:
            yield paper
            path.parent.mkdir(parents=True, exist_ok=True)
            # Without the version of matplotlib: what has not changed shall not differ.
            paper.figure.savefig(path, dpi=_DPI, metadata={"Software": None}, facecolor=_BACKGROUND)
        finally:
            pyplot.close(paper.figure)

    def heading(self, title: str, told: str) -> None:
        """The page's name, and what it shows."""
        self.text(0.1, self._height - 0.28, title, 14, weight="bold")
        self.text(_WIDTH - 0.1, self._height - 0.28, told, 8, colour=_FAINT, align="right")

    def complaint(self, text: str) -> None:
        """A problem of the whole page."""
        self._complaints += 1
        self.text(4.5, self._height - 0.12 - 0.14 * self._complaints, text, 7, colour="#c4162a")

    def row(self, title: str, place: Place) -> None:
        """The head of a row."""
        _, top, _, height = place
        self.text(0.12, self._height - _HEAD - (top + height / 2) * _UNIT, title, 10, weight="bold")

    def card(self, title: str, place: Place) -> Card:
        """The frame of a panel, with its title."""
        left, top, width, height = place
        unit = _WIDTH / _COLUMNS
        card = Card(
            self,
            left * unit + _GAP,
            self._height - _HEAD - (top + height) * _UNIT + _GAP,
            width * unit - 2 * _GAP,
            height * _UNIT - 2 * _GAP,
        )
        self.box(card.left, card.bottom, card.width, card.height, fill="white", edge=_EDGE)
        shown = fitted(title, card.width - 2 * _MARGIN, _TITLE_POINTS)
        self.text(card.left + _MARGIN, card.bottom + card.height - 0.16, shown, _TITLE_POINTS, weight="bold")
        return card

    def axes(self, left: float, bottom: float, width: float, height: float) -> Any:
        """Axes without a frame but with a grid."""
        axes = self.figure.add_axes((left / _WIDTH, bottom / self._height, width / _WIDTH, height / self._height))
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        axes.spines["bottom"].set_color(_EDGE)
        axes.tick_params(labelsize=6.5, colors="#5a5f66", length=0, pad=3)
        axes.set_axisbelow(True)
        axes.grid(visible=True, color="#ececee", linewidth=0.6)
        return axes

    def box(self, left: float, bottom: float, width: float, height: float, *, fill: str, edge: str = "none") -> None:
        """A filled rectangle."""
        self.figure.add_artist(
            self._patches.Rectangle(
                (left / _WIDTH, bottom / self._height),
                width / _WIDTH,
                height / self._height,
                transform=self.figure.transFigure,
                facecolor=fill,
                edgecolor=edge,
                linewidth=0.8,
                zorder=0,
            )
        )

    def text(
        self,
        left: float,
        bottom: float,
        text: str,
        points: float,
        *,
        colour: str = _INK,
        align: str = "left",
        weight: str = "normal",
    ) -> None:
        """Words, on the middle of their line; nothing in them is a formula."""
        self.figure.text(
            left / _WIDTH, bottom / self._height, text, fontsize=points, color=colour, ha=align, va="center",
            fontweight=weight, parse_math=False,
        )  # fmt: skip

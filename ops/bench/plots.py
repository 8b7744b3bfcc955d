"""Figures as PNG beside docs/benchmarks.md; by matplotlib, which the extra `bench` brings."""

import importlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ops.bench.measure import PAGE, Measure
from ops.errors import OpsError

FOLDER = PAGE.with_suffix("")
_DPI = 110
_MET, _MISSED = "#2b7bba", "#c8553d"


def against_goals(measures: Sequence[Measure], path: Path, title: str) -> None:
    """Each figure as a multiple of its goal, so that 1 is where it is met; left of it is better."""
    shown = [each for each in measures if each.goal]
    with _figure(path, title, height=0.9 + 0.36 * len(shown)) as axes:
        for place, each in enumerate(reversed(shown)):
            low, value, high = shares(each)
            colour = _MET if each.passed else _MISSED
            axes.barh(place, value, color=colour, height=0.6)
            axes.plot([low, high], [place, place], color="black", linewidth=1.2)
        axes.axvline(1, color="black", linestyle="--", linewidth=1)
        axes.set_yticks(range(len(shown)), [each.measure for each in reversed(shown)], fontsize=8)
        axes.set_xlabel("share of the goal (met up to 1; line: least to most)")


def shares(measure: Measure) -> tuple[float, float, float]:
    """Least, median and most as shares of the goal, so that less is always better."""
    low, high = measure.spread or (measure.value, measure.value)
    found = [value / measure.goal for value in (low, measure.value, high)]
    if measure.at_least:
        found = [1 / value for value in reversed(found)]
    return found[0], found[1], found[2]


def curves(lines: Mapping[str, Mapping[float, float]], path: Path, title: str) -> None:
    """Latencies in ms by share of the answers, a line for each name; both axes show tails."""
    with _figure(path, title, height=4.5) as axes:
        for name, line in lines.items():
            axes.plot([1 / (1 - share) for share in line], list(line.values()), marker=".", label=name)
        axes.set_xscale("log")
        axes.set_yscale("log")
        some = next(iter(lines.values()))
        axes.set_xticks([1 / (1 - share) for share in some], [f"{share * 100:g} %" for share in some], fontsize=8)
        axes.minorticks_off()
        axes.grid(visible=True, alpha=0.3)
        axes.set_xlabel("share of the answers that took no longer")
        axes.set_ylabel("ms")
        axes.legend(fontsize=8)


@contextmanager
def _figure(path: Path, title: str, height: float) -> Iterator[Any]:
    try:
        matplotlib = importlib.import_module("matplotlib")
        matplotlib.use("Agg")
        pyplot: Any = importlib.import_module("matplotlib.pyplot")
    except ImportError as error:
        raise OpsError(f"plots need matplotlib ({error}); run: toolchain/bootstrap.sh setup") from error
    figure, axes = pyplot.subplots(figsize=(9, height), layout="constrained")
    axes.set_title(title, fontsize=10)
    yield axes
    path.parent.mkdir(parents=True, exist_ok=True)
    # Without the version of matplotlib: what has not changed shall not differ.
    figure.savefig(path, dpi=_DPI, metadata={"Software": None})
    pyplot.close(figure)

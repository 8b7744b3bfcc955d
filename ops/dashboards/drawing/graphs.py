"""What has time on its axis: lines, heat maps, states."""

import importlib
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ops.dashboards.answers import Answer, Line
from ops.dashboards.check import Page, Shown
from ops.dashboards.drawing import colours, units
from ops.dashboards.drawing.paper import Card, fitted
from ops.dashboards.model import Query

# Moments on the axis: at most so many, at round minutes.
_TIMES, _STEPS = 6, (60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 86400)
MARKS = {"deploys": "blue", "failovers": "orange", "halts": "red"}
_STATE_POINTS = 6.5


def graph(card: Card, shown: Shown, page: Page) -> None:
    """Lines over time, or areas on top of each other."""
    defaults = shown.panel.options["fieldConfig"]["defaults"]
    custom = defaults.get("custom", {})
    named = list(_lines(shown))
    names = [name for name, _, _ in named]
    shades = [colours.line(number) for number in range(len(named))]
    axes = card.axes(legend=len(card.legend_lines(names)))
    if custom.get("stacking", {}).get("mode") == "normal":
        extent = _piled(axes, [line for _, line, _ in named], shades)
    else:
        for (_, line, step), shade in zip(named, shades, strict=True):
            axes.plot(*_broken(line, step), color=shade, linewidth=1.1)
        extent = _extent([value for _, line, _ in named for _, value in line.points])
    _across(axes, page)
    _up(axes, shown.panel.unit, defaults, extent)
    if custom.get("thresholdsStyle"):
        _bounds(axes, defaults["thresholds"]["steps"])
    _marked(axes, page)
    card.legend(names, shades)


def heatmap(card: Card, shown: Shown, page: Page) -> None:
    """How many observations fell between which bounds."""
    numbers = importlib.import_module("numpy")
    (answer,) = shown.answers.values()
    bounds, times, counts = _buckets(_only_lines(answer))
    axes = card.axes(bottom=0.24)
    cells = numbers.ma.masked_less_equal(numbers.array(counts), 0)
    step = times[1] - times[0] if len(times) > 1 else 1.0
    edges = [*times, times[-1] + step]
    axes.pcolormesh(edges, range(len(bounds) + 1), cells, cmap="Oranges", vmin=0, shading="flat")
    axes.set_yticks(
        [place + 1 for place in range(len(bounds))],
        [units.text(shown.panel.unit, bound) if math.isfinite(bound) else "more" for bound in bounds],
    )
    every = max(1, len(bounds) // 8)
    for place, label in enumerate(axes.get_yticklabels()):
        label.set_visible(place % every == 0)
    _across(axes, page)
    axes.set_ylim(0, len(bounds))
    _marked(axes, page)


def timeline(card: Card, shown: Shown, page: Page) -> None:
    """States over time."""
    words = _words(shown)
    named = list(_lines(shown))
    longest = max(len(name) for name, _, _ in named)
    left = min(card.width * 0.35, 0.2 + longest * _STATE_POINTS * 0.0088)
    legend = [text for text, _ in words.values()]
    axes = card.axes(left=left, legend=len(card.legend_lines(legend)))
    for place, (_, line, step) in enumerate(reversed(named)):
        for start, end, value in _runs(line, step):
            text, shade = words.get(value, (units.text("none", value), "#aaaaaa"))
            axes.broken_barh([(start, end - start)], (place - 0.38, 0.76), color=shade)
            if (end - start) * 3 > page.window.seconds:
                axes.text(
                    (start + end) / 2, place, text, ha="center", va="center", fontsize=_STATE_POINTS, color="white"
                )
    shown_names = [fitted(name, left - 0.1, _STATE_POINTS) for name, _, _ in reversed(named)]
    axes.set_yticks(range(len(named)), shown_names)
    axes.set_ylim(-0.6, len(named) - 0.4)
    axes.grid(visible=False)
    _across(axes, page)
    card.legend(legend, [shade for _, shade in words.values()])


def _lines(shown: Shown) -> Iterator[tuple[str, Line, float]]:
    """Name, line and step of whatever has a number."""
    for query in shown.panel.queries:
        for line in _only_lines(shown.answers[query.ref]):
            if not all(math.isnan(value) for _, value in line.points):
                yield line.name(query.legend) if query.legend else _plain_name(line), line, _step(line, query)


def _plain_name(line: Line) -> str:
    return line.labels.get("metric") or line.name("")


def _only_lines(answer: Answer) -> Sequence[Line]:
    return [] if not isinstance(answer, Sequence) else answer


def _step(line: Line, query: Query) -> float:
    gaps = [later - sooner for (sooner, _), (later, _) in zip(line.points, line.points[1:], strict=False)]
    return min(gaps, default=float(query.seconds))


def _broken(line: Line, step: float) -> tuple[list[Any], list[float]]:
    """Times and values, with a gap where points are missing."""
    times: list[float] = []
    values: list[float] = []
    for at, value in line.points:
        if times and at - times[-1] > 1.5 * step:
            times.append(at)
            values.append(math.nan)
        times.append(at)
        values.append(value)
    return times, values


def _piled(axes: Any, lines: Sequence[Line], shades: Sequence[str]) -> tuple[float, float]:
    times = sorted({at for line in lines for at, _ in line.points})
    rows = []
    for line in lines:
        known = dict(line.points)
        rows.append([0.0 if math.isnan(known.get(at, 0.0)) else known.get(at, 0.0) for at in times])
    axes.stackplot(times, *rows, colors=shades, alpha=0.55, linewidth=0)
    return _extent([0.0, *map(sum, zip(*rows, strict=True))])


def _across(axes: Any, page: Page) -> None:
    window = page.window
    axes.set_xlim(window.start, window.end)
    step = next((step for step in _STEPS if window.seconds / step <= _TIMES), _STEPS[-1])
    first = -(-window.start // step) * step
    ticks = [first + step * number for number in range(int((window.end - first) // step) + 1)]
    axes.set_xticks(ticks, [f"{datetime.fromtimestamp(at, UTC):%H:%M}" for at in ticks])


def _extent(values: Sequence[float]) -> tuple[float, float]:
    """Least and most, with room above; zero is on the axis wherever it is not far off."""
    numbers = [value for value in values if math.isfinite(value)]
    low, high = min(numbers), max(numbers)
    if low > 0 and (low < high / 2 or low == high):
        low = 0.0
    if low == high:
        return (min(low, 0.0) - (low < 0), max(high, 1.0))
    room = 0.06 * (high - low)
    return (low if low >= 0 else low - room), high + room


def _up(axes: Any, unit: str, defaults: Mapping[str, Any], extent: tuple[float, float]) -> None:
    ticker = importlib.import_module("matplotlib.ticker")
    low, high = defaults.get("min", extent[0]), defaults.get("max", extent[1])
    axes.set_ylim(low, high)
    # Round numbers of the unit that is shown: of bytes these are powers of two.
    scale = units.scale(unit, max(abs(low), abs(high)))
    ticks = ticker.MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]).tick_values(low / scale, high / scale)
    axes.set_yticks([tick * scale for tick in ticks if low <= tick * scale <= high])
    axes.yaxis.set_major_formatter(ticker.FuncFormatter(lambda value, _: units.text(unit, value)))


def _bounds(axes: Any, steps: Sequence[Mapping[str, Any]]) -> None:
    low, high = axes.get_ylim()
    for step in steps:
        value = step.get("value")
        if value is not None and low <= value <= high:
            axes.axhline(value, color=colours.named(step["color"]), linewidth=1, linestyle="--")


def _marked(axes: Any, page: Page) -> None:
    for mark, answer in page.marks.items():
        for line in _only_lines(answer):
            for start, _, _ in _runs(line, _step(line, _ANY), same=True):
                axes.axvline(start, color=colours.named(MARKS.get(mark, "blue")), linewidth=0.9, linestyle=":")


_ANY = Query(ref="", kind="prometheus", text="")


def _runs(line: Line, step: float, *, same: bool = False) -> Iterator[tuple[float, float, float]]:
    """Start, end and value of each stretch of one value; with `same`, of any."""
    start, last, held = line.points[0][0], line.points[0][0], line.points[0][1]
    for at, value in line.points[1:]:
        if at - last > 1.5 * step or (value != held and not same):
            yield start, last + step if at - last > 1.5 * step else at, held
            start, held = at, value
        last = at
    yield start, last + step, held


def _words(shown: Shown) -> dict[float, tuple[str, str]]:
    mappings = shown.panel.options["fieldConfig"]["defaults"].get("mappings", [])
    return {
        float(value): (word["text"], colours.named(word["color"]))
        for mapping in mappings
        for value, word in mapping["options"].items()
    }


def _buckets(lines: Sequence[Line]) -> tuple[list[float], list[float], list[list[float]]]:
    """Upper bounds, times, and counts between two bounds: those told include all that is smaller."""
    by_bound = sorted((float(line.labels["le"]), dict(line.points)) for line in lines)
    times = sorted({at for _, points in by_bound for at in points})
    below = [0.0] * len(times)
    counts = []
    for _, points in by_bound:
        these = [points.get(at, 0.0) for at in times]
        counts.append([more - less for more, less in zip(these, below, strict=True)])
        below = these
    used = [place for place, row in enumerate(counts) if any(value > 0 for value in row)] or [0]
    first, last = max(0, used[0] - 1), min(len(counts), used[-1] + 2)
    return [bound for bound, _ in by_bound[first:last]], times, counts[first:last]

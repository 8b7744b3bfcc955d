"""Runs every query of every panel, and says which ones show nothing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ops.dashboards.answers import Answer, QueryError, is_empty
from ops.dashboards.model import Dashboard, Panel, Query
from ops.dashboards.sources import Source
from ops.dashboards.window import Values, Window

Answers = Mapping[str, Answer]
"""Letter of a query → its answer."""


@dataclass(frozen=True)
class Shown:
    """A panel with what its queries were answered."""

    panel: Panel
    answers: Answers
    problems: tuple[str, ...]
    """What is wrong, one line a query."""

    @property
    def empty(self) -> bool:
        """Whether it shows nothing at all."""
        return all(map(is_empty, self.answers.values()))


@dataclass(frozen=True)
class Page:
    """A dashboard with what its panels show."""

    dashboard: Dashboard
    window: Window
    panels: tuple[Shown, ...]
    marks: Answers = field(default_factory=dict)
    """Name of an annotation → when it holds."""
    further: tuple[str, ...] = ()
    """Problems of variables and annotations."""

    @property
    def problems(self) -> list[str]:
        """What is wrong with it; empty where every panel shows something, or says why it may not."""
        found = [*self.further, *(problem for shown in self.panels for problem in shown.problems)]
        return [f"{self.dashboard.title}: {problem}" for problem in found]


def look(dashboard: Dashboard, source: Source, now: float, seconds: int | None = None) -> Page:
    """What a reader sees who opens the dashboard, or chooses its last `seconds`.

    Raises:
        OpsError: a data source does not answer.
    """
    window = Window(now - (seconds or dashboard.seconds), now)
    values, unknown = _choices(dashboard, source)
    if unknown:
        # Their queries would be answered with nothing, and each would be one more line about the same thing.
        return Page(dashboard, window, tuple(Shown(panel, {}, ()) for panel in dashboard.panels), {}, tuple(unknown))
    marks, wrong = _asked("annotations", dashboard.annotations, source, window, values)
    panels = tuple(_panel(panel, source, window, values) for panel in dashboard.panels)
    return Page(dashboard, window, panels, marks, tuple(wrong))


def summary(pages: Iterable[Page]) -> Iterator[str]:
    """What was looked at, and which panels are rightly empty."""
    seen = list(pages)
    panels = [shown for page in seen for shown in page.panels if shown.panel.queries]
    queries = sum(len(shown.panel.queries) for shown in panels)
    yield f"{len(seen)} dashboards, {len(panels)} panels, {queries} queries"
    for page in seen:
        for shown in page.panels:
            if shown.panel.empty and shown.empty:
                yield f"{page.dashboard.title}: {shown.panel.title} is empty: {shown.panel.empty}"


def _choices(dashboard: Dashboard, source: Source) -> tuple[dict[str, list[str]], list[str]]:
    """All values of each variable, and what is wrong with some."""
    values: dict[str, list[str]] = {}
    wrong = []
    for each in dashboard.variables:
        try:
            values[each.name] = source.values(each)
        except QueryError as error:
            wrong.append(f"variable {each.name}: {error}: {each.series}")
            continue
        if not values[each.name]:
            wrong.append(f"variable {each.name}: no value, as no series is {each.series} with the label {each.label}")
    return values, wrong


def _panel(panel: Panel, source: Source, window: Window, values: Values) -> Shown:
    answers, problems = _asked(panel.title, panel.queries, source, window, values)
    if panel.empty is None:
        problems += [
            _problem(panel.title, query, "answers nothing")
            for query in panel.queries
            if query.ref in answers and is_empty(answers[query.ref])
        ]
    return Shown(panel, answers, tuple(problems))


def _asked(
    what: str, queries: Iterable[Query], source: Source, window: Window, values: Values
) -> tuple[dict[str, Answer], list[str]]:
    answers: dict[str, Answer] = {}
    problems = []
    for query in queries:
        try:
            answers[query.ref] = source.ask(query, window, values)
        except QueryError as error:
            problems.append(_problem(what, query, str(error)))
    return answers, problems


def _problem(what: str, query: Query, cause: str) -> str:
    return f"panel {what}, query {query.ref}: {cause}: {' '.join(query.text.split())}"

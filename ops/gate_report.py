"""The verdict of the danger gate, as tables for people and as Markdown for a comment on a pull request."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from ops.gate import HOWS, PARTIAL, Danger, Verdict
from ops.progress import friendly
from ops.screen import Screen


def show(verdict: Verdict, screen: Screen) -> None:
    """Tables, and a line that says what came of it."""
    screen.table(("would be", "resources", "dangerous"), _counts(verdict))
    if verdict.dangers:
        screen.line("")
        screen.table(("dangerous", "would be", "because", "URN"), list(map(_row, verdict.dangers)))
    screen.line("")
    screen.line(f"gate: {_outcome(verdict)}")


def markdown(verdict: Verdict) -> str:
    """The same; what is not the gate's own words stands in code, where it can neither link nor mention."""
    return "\n".join(_markdown(verdict)) + "\n"


def _markdown(verdict: Verdict) -> Iterator[str]:
    yield f"### Danger gate: {'refused' if verdict.errors else 'passed'}"
    yield ""
    yield _outcome(verdict, _code)
    yield ""
    yield from _table(("would be", "resources", "dangerous"), _counts(verdict))
    if verdict.dangers:
        yield ""
        rows = [(_cell(name), how, _cell(why), _cell(urn)) for name, how, why, urn in map(_row, verdict.dangers)]
        yield from _table(("dangerous", "would be", "because", "URN"), rows)
    if verdict.faults:
        yield ""
        yield "The approval does not hold:"
        yield from (f"- {_code(fault)}" for fault in verdict.faults)
    if verdict.is_guarded and verdict.is_partial:
        yield ""
        yield f"Note: {PARTIAL}."


def _counts(verdict: Verdict) -> list[tuple[str, str, str]]:
    dangerous = Counter(danger.how for danger in verdict.dangers)
    judged = verdict.is_guarded
    return [(how, str(verdict.counts.get(how, 0)), str(dangerous[how]) if judged else "not judged") for how in HOWS]


def _row(danger: Danger) -> tuple[str, str, str, str]:
    return friendly(danger.urn), danger.how, danger.why, danger.urn


def _outcome(verdict: Verdict, quote: Callable[[str], str] = str) -> str:
    stack = quote(verdict.stack)
    if not verdict.is_guarded:
        return f"stack {stack}: passed, as this guards production only, which is prod and prod-…"
    if verdict.errors:
        return f"stack {stack}: refused"
    if verdict.dangers and verdict.approval:
        approval = verdict.approval
        return f"stack {stack}: passed, approved by {quote(approval.approved_by)}: {quote(approval.reason)}"
    return f"stack {stack}: passed, nothing in it is dangerous"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    for row in (heads, ["---"] * len(heads), *rows):
        yield f"| {' | '.join(row)} |"


def _cell(text: str) -> str:
    return _code(text).replace("|", "\\|")


def _code(text: str) -> str:
    """A code span that the text cannot end: fenced by one backtick more than it has in a row."""
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    space = " " if "`" in text else ""
    return f"{fence}{space}{text}{space}{fence}"

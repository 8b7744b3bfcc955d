"""Where `hft` writes: lines with times, a spinner on a terminal, tables. A pipe gets plain lines."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from textwrap import fill

from rich.console import Console
from rich.markup import escape
from rich.status import Status
from rich.table import Table

_STEP_COLUMNS = 60


@dataclass
class Screen:
    """Standard output for results, standard error for errors."""

    out: Console = field(default_factory=lambda: Console(highlight=False, soft_wrap=True))
    err: Console = field(default_factory=lambda: Console(stderr=True, highlight=False, soft_wrap=True))
    _status: Status | None = None

    def line(self, text: str) -> None:
        """One line as it is."""
        self.out.print(escape(text))

    def note(self, text: str) -> None:
        """Something that the next step deals with, or that is good to know."""
        self.line(f"  {text}")

    def step(self, what: str, seconds: float | None = None, *, failed: bool = False) -> None:
        """One line for something that ended: a mark, what it was, the seconds it took."""
        mark = "[red]✗[/]" if failed else "[green]✓[/]"
        took = "" if seconds is None else f"{seconds:6.1f} s"
        self.out.print(f"{mark} {escape(what):<{_STEP_COLUMNS}} {took}".rstrip())

    def waiting(self, what: str) -> None:
        """On a terminal, show what runs now; empty when nothing does."""
        if self._status:
            self._status.update(escape(what[: self.out.width - 4]))

    def error(self, text: str) -> None:
        """One problem."""
        self.err.print(f"[bold red]error:[/] {escape(_folded(text, self.err))}")

    def warning(self, text: str) -> None:
        """Something that does not stop the command."""
        self.err.print(f"[yellow]warning:[/] {escape(_folded(text, self.err))}")

    @contextmanager
    def running(self, what: str) -> Iterator[None]:
        """Show a spinner on a terminal while something runs."""
        if not self.out.is_terminal:
            yield
            return
        with self.out.status(escape(what)) as status:
            self._status = status
            try:
                yield
            finally:
                self._status = None

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        """A step of our own: a spinner while it runs, then its line."""
        began = time.monotonic()
        with self.running(what):
            try:
                yield
            except BaseException:
                self.step(what, time.monotonic() - began, failed=True)
                raise
        self.step(what, time.monotonic() - began)

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Rows under heads; on a pipe, columns padded with spaces and one row a line."""
        if self.out.is_terminal:
            self._rich_table(heads, rows)
            return
        widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
        for row in (heads, *rows):
            self.line("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())

    def _rich_table(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        table = Table(box=None, header_style="bold", pad_edge=False)
        for head in heads:
            # The last column holds commands to copy: folding it keeps them whole.
            table.add_column(head, overflow="fold", no_wrap=head is not heads[-1])
        for row in rows:
            table.add_row(*map(_coloured, row))
        self.out.print(table, soft_wrap=False)


def _folded(text: str, console: Console) -> str:
    """On a terminal an indented line goes on under itself; a pipe gets each as it is."""
    if not console.is_terminal:
        return text
    return "\n".join(_under_itself(line, console.width) if line.startswith("  ") else line for line in text.split("\n"))


def _under_itself(line: str, width: int) -> str:
    return fill(line, width, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)


def _coloured(cell: str) -> str:
    colour = {"healthy": "green", "running": "green", "starting": "yellow", "unhealthy": "red", "missing": "red"}
    return f"[{colour[cell]}]{cell}[/]" if cell in colour else escape(cell)

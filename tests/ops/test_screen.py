"""What a pipe gets: plain lines; what a terminal gets in addition."""

import io
from collections.abc import Callable

import pytest
from rich.console import Console

from ops.screen import Screen

HEADS = ("part", "health", "open")


def screen(*, terminal: bool = False) -> tuple[Screen, Callable[[], str]]:
    out = io.StringIO()
    console = Console(file=out, highlight=False, soft_wrap=True, force_terminal=terminal, width=120)
    return Screen(out=console, err=console), out.getvalue


def test_a_step_is_one_line_with_its_time() -> None:
    shown, text = screen()
    shown.step("created container etcd-0", 1.24)
    shown.step("deleting [x]", failed=True)
    assert text() == f"✓ {'created container etcd-0':<60}    1.2 s\n✗ deleting [x]\n"


def test_a_timed_step_ends_with_its_line() -> None:
    shown, text = screen()
    with shown.timed("checks"):
        assert text() == ""
    assert text() == f"✓ {'checks':<60}    0.0 s\n"


def test_a_timed_step_that_fails_says_so() -> None:
    shown, text = screen()
    with pytest.raises(ValueError, match="x"), shown.timed("checks"):
        raise ValueError("x")
    assert text() == f"✗ {'checks':<60}    0.0 s\n"


def test_a_table_on_a_pipe_is_one_row_a_line_however_long() -> None:
    shown, text = screen()
    shown.table(HEADS, [("writer", "healthy", "psql " + "x" * 200), ("etcd-0", "starting", "")])
    assert text().splitlines() == [
        "part    health    open",
        "writer  healthy   psql " + "x" * 200,
        "etcd-0  starting",
    ]


def test_a_table_on_a_terminal_has_colours() -> None:
    shown, text = screen(terminal=True)
    shown.table(HEADS, [("writer", "unhealthy", "[a]")])
    assert "\x1b[31munhealthy" in text()
    assert "[a]" in text()


def test_errors_and_warnings_are_marked() -> None:
    shown, text = screen()
    shown.error("hosts[0].cpus=[9]")
    shown.warning("slow")
    assert text() == "error: hosts[0].cpus=[9]\nwarning: slow\n"


LONG = f"{'word ' * 21}as-long-as-that"


def test_what_stands_under_a_warning_goes_on_under_itself_on_a_terminal() -> None:
    shown, text = screen(terminal=True)
    shown.warning(f"policy x\n  {LONG} {LONG}\n  - {'y' * 130}")
    assert text().splitlines()[1:] == [
        f"  {LONG[:-16]}",
        f"    as-long-as-that {LONG[:-21]}",
        "    word as-long-as-that",
        "  -",
        f"    {'y' * 130}",
    ]


def test_what_stands_under_a_warning_is_a_line_on_a_pipe() -> None:
    shown, text = screen()
    shown.error(f"policy x\n  - {LONG}  {LONG}")
    assert text() == f"error: policy x\n  - {LONG}  {LONG}\n"


def test_the_first_line_of_a_warning_is_as_it_is() -> None:
    shown, text = screen(terminal=True)
    shown.warning(f"{LONG} {LONG}")
    assert text().endswith(f"{LONG} {LONG}\n")


def test_a_spinner_shows_on_a_terminal_only() -> None:
    shown, text = screen()
    with shown.running("program"):
        shown.waiting("creating a")
    assert text() == ""
    shown, text = screen(terminal=True)
    with shown.running("program"):
        shown.waiting("creating a")
    assert "creating a" in text()

"""`make lint` and `make test`: what continuous integration runs, fast tiers first, and what was skipped at the end."""

import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from toolchain import paths, setup
from toolchain.docker_daemon import daemon_version
from toolchain.environ import environment
from toolchain.errors import ToolchainError
from toolchain.say import console
from toolchain.tally import Tally, read_report

_REPORTS = paths.ROOT / "build" / "tests"
_LINTERS = {
    "ruff check": ["ruff", "check", "."],
    "ruff format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy"],
}
_ALONE = "not images and not engine and not drills"
_TIERS = {
    "pure-and-graph": ["-m", _ALONE, "--cov", "--cov-report=", "--cov-fail-under=90"],
    "images": ["-m", "images and not engine"],
    "engine-parts": ["-m", "engine", "--ignore=tests/stacks"],
    "engine-dev": ["-m", "engine", "tests/stacks"],
    "drills": ["-m", "drills and smoke", "-s", "tests/drills"],
}
_SIDE_BY_SIDE = (("pure-and-graph", "engine-parts"), ("images", "engine-dev"))
"""Two rows for two CPUs, as tests of containers mostly wait; each row begins with what finds most soonest."""


def lint() -> bool:
    """Run every linter and type checker, also after one has found something; True when none has."""
    results = [_run(name, command) for name, command in _LINTERS.items()]
    if _pyright_starts():
        return _run("pyright", ["pyright"]) and all(results)
    console.print("! pyright left out: its npm package is not to be had here", style="yellow")
    return all(results)


def test() -> bool:
    """Lint and run every tier of tests; False when something failed, or was skipped though this machine can run it."""
    lacking = setup.run()
    _use_engine()
    good = lint()
    if daemon_version() is not None:
        good &= _run("images", ["hft", "images", "build"])
    with ThreadPoolExecutor() as pool:
        good &= all(list(pool.map(_run_tiers, _SIDE_BY_SIDE)))
    tiers = [tier for row in _SIDE_BY_SIDE for tier in row]
    if os.geteuid() == 0:
        # They judge times, so nothing runs beside them.
        good &= _run_tier("drills")
        tiers.append("drills")
    else:
        console.print("! drills left out: their network namespaces need root", style="yellow")
    total = sum((read_report(_report(tier)) for tier in tiers), Tally())
    _account(total, lacking)
    return good and (not total.skipped or bool(lacking))


def _pyright_starts() -> bool:
    # The wheel fetches pyright itself from the npm registry on first use.
    return subprocess.run(["pyright", "--version"], capture_output=True, check=False).returncode == 0


def _use_engine() -> None:
    try:
        os.environ.update(environment())
    except ToolchainError:
        # Set-up has said it; the tests that need the engine skip with that reason.
        os.environ["PATH"] = f"{paths.VENV_BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}"


def _run_tiers(tiers: tuple[str, ...]) -> bool:
    results = [_run_tier(tier) for tier in tiers]
    return all(results)


def _run_tier(tier: str) -> bool:
    _report(tier).unlink(missing_ok=True)
    return _run(f"tests: {tier}", ["pytest", *_TIERS[tier], f"--junitxml={_report(tier)}"], capture=True)


def _report(tier: str) -> Path:
    return _REPORTS / f"{tier}.xml"


def _run(name: str, command: list[str], *, capture: bool = False) -> bool:
    """Run a program; `capture` shows what it says when it has ended, so that two at once do not mix."""
    started = time.monotonic()
    output = subprocess.PIPE if capture else None
    errors = subprocess.STDOUT if capture else None
    ran = subprocess.run(command, cwd=paths.ROOT, stdout=output, stderr=errors, text=True, check=False)
    if ran.stdout:
        console.print(ran.stdout.rstrip(), markup=False)
    passed = ran.returncode == 0
    mark = "[green]✓[/]" if passed else "[red]✗[/]"
    console.print(f"{mark} {name}  [dim]{time.monotonic() - started:.1f} s[/]")
    return passed


def _account(total: Tally, lacking: list[str]) -> None:
    """Say at the very end what did not run and why, then the counts on a line of their own."""
    for reason in total.reasons:
        console.print(f"skipped: {reason}", markup=False)
    for problem in lacking:
        console.print(f"this machine lacks: {problem}", markup=False)
    if total.skipped and not lacking:
        console.print("✗ tests were skipped though Docker and the engine are here: see above", style="red")
    console.print(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped")

"""`make mutation`: changes the policies' rules one place at a time, and counts the changes that their tests notice."""

import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass

from toolchain import paths
from toolchain.say import console

LEAST_PERCENT = 90
_NOTICED = ("killed", "timeout")
_RESULT = re.compile(r"^ +([\w.]+)\.(x[_ǁ]\w+): (.+)$", re.MULTILINE)
"""A line of `mutmut results`: the module, the change, and what came of it."""


@dataclass(frozen=True)
class Score:
    """What the tests made of all changes."""

    made: Counter[str]
    """Module → changes."""
    noticed: Counter[str]
    """Module → changes with which a test failed, or did not end."""
    missed: tuple[tuple[str, str], ...]
    """The name of each other change, as `mutmut show` takes it, and what came of it."""

    @property
    def percent(self) -> float:
        """How many of 100 changes were noticed; 0 where none was made."""
        return 100 * self.noticed.total() / max(self.made.total(), 1)


def read(results: str) -> Score:
    """The score in what `mutmut results --all true` prints."""
    found = _RESULT.findall(results)
    return Score(
        made=Counter(module for module, _, _ in found),
        noticed=Counter(module for module, _, result in found if result in _NOTICED),
        missed=tuple((f"{module}.{change}", result) for module, change, result in found if result not in _NOTICED),
    )


def run() -> bool:
    """Make every change anew, say what came of it; False when too few were noticed."""
    # mutmut would keep what it found before, though a test has changed since.
    shutil.rmtree(paths.ROOT / "mutants", ignore_errors=True)
    if subprocess.run(["mutmut", "run"], cwd=paths.ROOT, check=False).returncode != 0:
        return False
    printed = subprocess.run(
        ["mutmut", "results", "--all", "true"], cwd=paths.ROOT, stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    score = read(printed)
    for name, result in score.missed:
        console.print(f"{result}: {name}", markup=False)
    for module, made in score.made.items():
        console.print(f"{module}: {score.noticed[module]} of {made}", markup=False)
    good = score.percent >= LEAST_PERCENT
    console.print(
        f"{'✓' if good else '✗'} {score.noticed.total()} of {score.made.total()} changes noticed, "
        f"{score.percent:.1f} %; at least {LEAST_PERCENT} % have to be",
        style="green" if good else "red",
    )
    return good


if __name__ == "__main__":
    sys.exit(0 if run() else 1)

"""Reads pytest's JUnit reports: how many tests passed, failed and were skipped, and why."""

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree


@dataclass(frozen=True)
class Tally:
    """What one or more test runs came to."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    reasons: tuple[str, ...] = ()
    """Why tests were skipped, each reason once."""

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
            tuple(dict.fromkeys(self.reasons + other.reasons)),
        )


def read_report(path: Path) -> Tally:
    """Tally of one JUnit file; one failure when the run ended before it wrote any."""
    if not path.exists():
        return Tally(failed=1)
    suites = list(ElementTree.parse(path).getroot().iter("testsuite"))
    tests, failed, skipped = (
        sum(int(suite.get(name, "0")) for suite in suites for name in names)
        for names in (("tests",), ("failures", "errors"), ("skipped",))
    )
    reasons = [skip.get("message") or "no reason given" for suite in suites for skip in suite.iter("skipped")]
    return Tally(tests - failed - skipped, failed, skipped, tuple(dict.fromkeys(reasons)))

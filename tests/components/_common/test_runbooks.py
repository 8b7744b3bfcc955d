"""Where a runbook is found."""

import pytest

from components._common.runbooks import served


@pytest.mark.parametrize(
    ("url", "found"),
    [
        (None, "docs/runbooks/VenueDown.md"),
        ("https://code.example/runbooks", "https://code.example/runbooks/VenueDown.md"),
        ("https://code.example/runbooks/", "https://code.example/runbooks/VenueDown.md"),
    ],
)
def test_a_page_is_found_below_the_url_or_in_this_repository(url: str | None, found: str) -> None:
    assert served("docs/runbooks/VenueDown.md", url) == found

from typing import Any

import pytest
from pydantic import ValidationError

from components.monitoring.remote_write import RemoteWriteSettings, check_remote_writes

GOOD: dict[str, Any] = {"name": "mimir", "url": "https://mimir.example/push"}


def store(**changes: Any) -> RemoteWriteSettings:
    return RemoteWriteSettings.model_validate({**GOOD, **changes})


@pytest.mark.parametrize(
    ("login", "secret"),
    [({}, None), ({"username": "desk"}, "remote-write-mimir"), ({"bearer": True}, "remote-write-mimir")],
)
def test_a_login_needs_a_secret(login: dict[str, Any], secret: str | None) -> None:
    assert store(**login).secret == secret


@pytest.mark.parametrize(
    "good",
    [
        {"shards_max": 50, "queue_samples": 20000},
        *({"metrics": good} for good in ("hft_.*|up", "slo:.+", "(hft|slo)_[a-z0-9_]+", "(a(b|c)*)?d", "x[A-C]?")),
    ],
)
def test_good_settings_are_taken(good: dict[str, Any]) -> None:
    assert store(**good).model_dump(include=set(good)) == good


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"name": "Mimir"}, "should match pattern"),
        ({"name": "m" * 28}, "should match pattern"),
        ({"url": "http://mimir.example/push"}, "use https"),
        ({"username": ""}, "at least 1 character"),
        ({"username": "desk", "bearer": True}, "remote_write mimir has both username and bearer: keep one of them"),
        ({"metrics": "("}, r"it is no pattern \(.*\): mend it, such as hft_\.\*\|up"),
        ({"metrics": "a)"}, "it is no pattern"),
        ({"metrics": "[z-a]"}, "it is no pattern"),
        # Python reads most of these; RE2 does not, or otherwise.
        *(
            ({"metrics": bad}, r"it may have letters, digits, .* and \[ \], each with one of \* \+ \? at most")
            for bad in (
                *("(?!up).*", "(?=a)b", "(?<!a)b", "(?>a)b", "(?:a)", "(?i)up", r"(a)\1", r"\d+", "a++", "a*+", "a?+"),
                *("a*?", "[[:word:]]", "[a", "[]", "[^a]", "[a--b]", "a{2}", "^up$", "a b", "ü", "up\n", "*", "(*)"),
            )
        ),
        ({"metrics": ""}, "at least 1 character"),
        ({"shards_max": 0}, "greater than or equal to 1"),
        ({"shards_max": 51}, "less than or equal to 50"),
        ({"queue_samples": 5999}, "greater than or equal to 6000"),
        ({"queue_samples": 20001}, "less than or equal to 20000"),
        ({"password": "x"}, "Extra inputs are not permitted"),
    ],
)
def test_bad_settings_are_refused(bad: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        store(**bad)


def test_the_longest_name_has_a_secret_that_may_be_called_so() -> None:
    assert len(str(store(name="m" * 27, bearer=True).secret)) <= 41


def test_two_stores_have_two_names() -> None:
    check_remote_writes([store(), store(name="other")])

    with pytest.raises(ValueError, match=r"^remote_write\[1\]\.name=mimir is also remote_write\[0\]\.name: rename one"):
        check_remote_writes([store(), store()])

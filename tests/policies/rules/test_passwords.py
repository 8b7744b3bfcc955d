from typing import Any

import pytest

from policies.resources import RandomPassword, RandomString
from tests.policies.given import found, resource

GOOD = {"length": 32, "special": False}
DEFAULT_SPECIAL = "!#$%&()*+:<=>?@[]{}"


def found_in_password(rule: str, /, numbers: dict[str, int] | None = None, **changes: Any) -> list[str]:
    return found(rule, resource(RandomPassword.TYPE, {**GOOD, **changes}), **(numbers or {}))


def too_short(length: int, bound: int = 24) -> str:
    return f"length={length} is shorter than {bound}; raise it"


def too_weak(length: int, alphabet: int, bits: int, bound: int = 128) -> str:
    return (
        f"length={length} of {alphabet} characters has {bits} bits of {bound}; raise length, or allow more characters"
    )


def found_strength(numbers: dict[str, int] | None = None, **changes: Any) -> list[str]:
    return found_in_password("passwords-strong", numbers, **changes)


def test_a_password_that_is_too_short() -> None:
    assert found_strength(length=23) == [too_short(23)]
    assert found_strength(length=24) == []


def test_a_password_without_length() -> None:
    assert found_strength(length=None) == [too_short(0), too_weak(0, 62, 0)]


def test_how_short_is_too_short_can_be_set() -> None:
    assert found_strength({"minimum_length": 40}, length=39) == [too_short(39, 40)]
    assert found_strength({"minimum_length": 40}, length=40) == []
    assert found_strength({"minimum_length": 22}, length=22) == []


@pytest.mark.parametrize(
    ("changes", "alphabet", "bits"),
    [
        ({"length": 38, "lower": False, "upper": False}, 10, 126),
        ({"length": 38, "lower": False, "numeric": False}, 26, 178),
        ({"length": 27, "upper": False, "numeric": False}, 26, 126),
        ({"length": 24, "upper": False}, 36, 124),
        ({"length": 24, "lower": False}, 36, 124),
        ({"length": 24, "upper": False, "number": False}, 26, 112),
    ],
)
def test_a_password_of_few_characters(changes: dict[str, Any], alphabet: int, bits: int) -> None:
    assert found_strength({"minimum_bits": 512}, **changes) == [too_weak(changes["length"], alphabet, bits, 512)]


@pytest.mark.parametrize(
    ("changes", "alphabet"),
    [
        ({"special": None}, 83),
        ({"special": True}, 83),
        ({"special": True, "overrideSpecial": ""}, 83),
        ({"special": True, "overrideSpecial": "-_."}, 65),
        ({"special": True, "overrideSpecial": "---"}, 63),
        ({"special": False, "overrideSpecial": "-_."}, 62),
        ({"numeric": True, "number": None, "lower": True, "upper": True}, 62),
        ({"numeric": False}, 52),
        ({"number": False}, 52),
    ],
)
def test_how_many_characters_there_are(changes: dict[str, Any], alphabet: int) -> None:
    (message,) = found_strength({"minimum_bits": 512}, **changes)

    assert message.startswith(f"length=32 of {alphabet} characters ")


def test_a_password_of_no_characters() -> None:
    assert found_strength(lower=False, upper=False, numeric=False) == [too_weak(32, 0, 0)]


def test_a_password_of_one_character() -> None:
    only = {"lower": False, "upper": False, "numeric": False, "special": True, "overrideSpecial": "-"}

    assert found_strength(**only) == [too_weak(32, 1, 0)]


def test_enough_bits() -> None:
    # 26 characters: 4.7 bits each.
    assert found_strength(length=27, upper=False, numeric=False) == [too_weak(27, 26, 126)]
    assert found_strength(length=28, upper=False, numeric=False) == []
    assert found_strength({"minimum_bits": 126}, length=27, upper=False, numeric=False) == []
    assert found_strength({"minimum_bits": 127}, length=27, upper=False, numeric=False) == [too_weak(27, 26, 126, 127)]


def read_otherwise(characters: str) -> str:
    return (
        f"special characters {characters} are read otherwise in postgres://user:password@host, or by a shell; "
        "set special=False or overrideSpecial='-_.'"
    )


@pytest.mark.parametrize("changes", [{"special": None}, {"special": True}, {"special": True, "overrideSpecial": ""}])
def test_characters_that_break_an_address(changes: dict[str, Any]) -> None:
    assert found_in_password("passwords-usable", **changes) == [read_otherwise(DEFAULT_SPECIAL)]


@pytest.mark.parametrize("character", "@:/?#[]%&=+ '\"\\$`!*(){}<>|;~^,")
def test_each_of_them_breaks_it(character: str) -> None:
    assert found_in_password("passwords-usable", special=True, overrideSpecial=f"-{character}_.") == [
        read_otherwise(character)
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"special": False},
        {"special": True, "overrideSpecial": "-_."},
        {"special": True, "overrideSpecial": "aZ9"},
        {"special": False, "overrideSpecial": "@"},
    ],
)
def test_characters_that_break_nothing(changes: dict[str, Any]) -> None:
    assert found_in_password("passwords-usable", **changes) == []


@pytest.mark.parametrize(
    "name",
    [
        *("db-password", "dbPassword", "passwd", "wallet-passphrase", "venue-credentials", "jwt-secret", "TOKEN-a"),
        *("api-key",),
    ],
)
def test_a_secret_in_clear(name: str) -> None:
    assert found("secrets-by-random-password", resource(RandomString.TYPE, {"length": 32}, name=name)) == [
        "is named like a secret, but RandomString keeps its result in clear; use RandomPassword"
    ]


@pytest.mark.parametrize("name", ["suffix", "run-id"])
def test_a_text_that_is_no_secret(name: str) -> None:
    assert found("secrets-by-random-password", resource(RandomString.TYPE, {"length": 8}, name=name)) == []


def test_a_password_is_made_as_one() -> None:
    assert found("secrets-by-random-password", resource(RandomPassword.TYPE, GOOD, name="db-password")) == []

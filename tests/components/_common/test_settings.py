import pytest
from pydantic import ValidationError

from components._common.settings import Settings


class Tank(Settings):
    """What the tests choose."""

    size_mib: int = 8
    """Size in MiB."""


def test_a_key_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValidationError) as refused:
        Tank.model_validate({"size_mb": 8})

    assert [(error["loc"], error["msg"]) for error in refused.value.errors()] == [
        (("size_mb",), "Extra inputs are not permitted")
    ]


def test_a_choice_does_not_change() -> None:
    with pytest.raises(ValidationError, match="Instance is frozen"):
        Tank().size_mib = 9


def test_the_line_below_a_field_describes_it() -> None:
    assert Tank.model_fields["size_mib"].description == "Size in MiB."

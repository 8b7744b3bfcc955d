import pytest

from toolchain.plugins.docker.refusal import Missing, Refused, reason_of, taken
from toolchain.plugins.framework import ProviderError


def test_a_refusal_says_what_was_not_done_and_why():
    refusal = Refused("remove network plane", "it has active endpoints")
    assert str(refusal) == "cannot remove network plane: it has active endpoints"
    assert refusal.reason == "it has active endpoints"


def test_refusals_are_shown_to_the_operator_as_they_stand():
    assert issubclass(Refused, ProviderError)
    assert issubclass(Missing, Refused)


def test_a_taken_name_comes_with_what_to_do():
    assert str(taken("docker:index/network:Network", "plane")) == (
        "network plane already exists: adopt it with `pulumi import docker:index/network:Network <resource name>"
        " plane`, remove it with `docker network rm plane`, or choose another name"
    )


def wrapped(inner):
    try:
        try:
            raise inner
        except OSError as error:
            raise ValueError("layers of wrapping") from error
    except ValueError as error:
        return error


@pytest.mark.parametrize(
    ("inner", "reason"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "Connection refused"),
        (FileNotFoundError(2, "No such file or directory", "ssh"), "No such file or directory: ssh"),
        (TimeoutError("timed out"), "timed out"),
    ],
)
def test_the_reason_is_the_innermost_error(inner, reason):
    assert reason_of(wrapped(inner)) == reason
    assert reason_of(inner) == reason

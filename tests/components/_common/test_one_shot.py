import pulumi
import pytest

from components._common.container import ContainerSpec
from components._common.one_shot import one_shot
from tests.conftest import CONTAINER, Recorder, placements

URN = f"urn:pulumi:stack::project::hft:test:Parent${CONTAINER}::job"


def job() -> pulumi.Output[str]:
    """The name of the container that `one_shot` hands on."""
    parent = pulumi.ComponentResource("hft:test:Parent", "parent")
    spec = ContainerSpec(component="cache", role="job", tier="infra", image="sha256:abc", memory_mib=64)
    ended = one_shot(parent, "job", spec, placements("a")["a"])
    return ended.apply(lambda container: container._name)


def failure(recorder: Recorder, outputs: dict[str, object]) -> str:
    recorder.outputs[CONTAINER] = outputs
    with pytest.raises(RuntimeError) as raised:
        recorder.run(job)
    return str(raised.value)


def test_a_job_that_ended_well_is_handed_on(recorder: Recorder) -> None:
    recorder.outputs[CONTAINER] = {"exitCode": 0, "containerLogs": "some words\n"}

    assert recorder.run(job) == "job"


def test_a_failed_job_fails_the_deployment_with_its_log_and_the_way_out(recorder: Recorder) -> None:
    assert failure(recorder, {"exitCode": 3, "containerLogs": "trying\ncurl: (7) Failed to connect\n"}) == (
        "container hft-dev-job ended with exit status 3, want 0. Its last lines:\n"
        "trying\n"
        "curl: (7) Failed to connect\n"
        f"Mend the cause, then run hft up again, or else: pulumi up --replace '{URN}'"
    )


def test_of_a_long_log_the_last_15_lines_are_shown(recorder: Recorder) -> None:
    logs = "".join(f"line {number}\n" for number in range(1, 41))

    shown = failure(recorder, {"exitCode": 1, "containerLogs": logs}).splitlines()[1:-1]
    assert shown == [f"line {number}" for number in range(26, 41)]


@pytest.mark.parametrize("logs", [None, "", "\n"])
def test_a_job_that_died_without_a_word_is_said_to_have_said_nothing(recorder: Recorder, logs: str | None) -> None:
    assert failure(recorder, {"exitCode": 137, "containerLogs": logs}).splitlines()[:2] == [
        "container hft-dev-job ended with exit status 137, want 0. Its last lines:",
        "(it said nothing)",
    ]

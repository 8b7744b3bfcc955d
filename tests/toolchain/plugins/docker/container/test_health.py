import time

import pytest

from tests.toolchain.plugins.conftest import Secret
from tests.toolchain.plugins.docker.conftest import gone, refusal

PASSWORD = "tick-tock-in-clear"
SLEEP = ["sleep", "60"]


def check(script, **given):
    return {"tests": ["CMD", "sh", "-c", script], "interval": "200ms", "retries": 2, **given}


@pytest.mark.images
async def test_waits_until_the_check_passes(plugin, daemon, image, name):
    made = await plugin.up(
        "Container",
        name=name,
        image=image,
        command=["sh", "-c", "sleep 1; echo up > /tmp/ready; sleep 60"],
        wait=True,
        healthcheck=check("cat /tmp/ready", retries=60),
    )
    assert daemon.inspect_container(made.id)["State"]["Health"]["Status"] == "healthy"


@pytest.mark.images
async def test_does_not_wait_unless_asked(plugin, daemon, image, name):
    made = await plugin.up("Container", name=name, image=image, command=SLEEP, healthcheck=check("exit 1"))
    assert daemon.inspect_container(made.id)["State"]["Running"] is True


@pytest.mark.images
async def test_does_not_wait_for_what_is_not_started(plugin, daemon, image, name):
    made = await plugin.up(
        "Container", name=name, image=image, command=SLEEP, start=False, wait=True, healthcheck=check("exit 1")
    )
    assert daemon.inspect_container(made.id)["State"]["Status"] == "created"


@pytest.mark.images
async def test_waiting_without_a_health_check_is_an_error_at_once(plugin, daemon, image, name):
    started = time.monotonic()
    said = await refusal(plugin.up("Container", name=name, image=image, command=SLEEP, wait=True))
    assert time.monotonic() - started < 40
    assert said == (
        f"container {name} did not come up: `wait` needs a health check: add `healthcheck`, or leave `wait` out"
    )
    assert not gone(daemon, name)


@pytest.mark.images
async def test_waits_to_the_timeout_and_says_what_the_check_and_the_log_said(plugin, daemon, image, name):
    started = time.monotonic()
    said = await refusal(
        plugin.up(
            "Container",
            name=name,
            image=image,
            command=["sh", "-c", "echo no route to venue; sleep 60"],
            wait=True,
            waitTimeout=2,
            healthcheck=check("echo books are empty; exit 4"),
        )
    )
    assert 2 <= time.monotonic() - started < 40
    assert said == (
        f"container {name} did not come up:"
        " not healthy after 2 s (waitTimeout): it is running, its health check says unhealthy\n"
        "last health check, exit code 4: books are empty\n"
        "last log lines:\nno route to venue"
    )
    assert daemon.inspect_container(name)["State"]["Running"] is True


@pytest.mark.images
async def test_an_unhealthy_container_that_recovers_in_time_is_fine(plugin, image, name):
    """As with the official plugin, unhealthy is no reason to stop waiting."""
    script = "sleep 2; echo up > /tmp/ready; sleep 60"
    await plugin.up(
        "Container",
        name=name,
        image=image,
        command=["sh", "-c", script],
        wait=True,
        waitTimeout=50,
        healthcheck=check("cat /tmp/ready", retries=1),
    )


@pytest.mark.images
async def test_a_container_that_exits_is_not_waited_for(plugin, image, name):
    started = time.monotonic()
    said = await refusal(
        plugin.up(
            "Container",
            name=name,
            image=image,
            command=["sh", "-c", "echo bad settings >&2; exit 3"],
            wait=True,
            healthcheck=check("exit 0", interval="30s"),
        )
    )
    assert time.monotonic() - started < 50
    assert said == (
        f"container {name} did not come up: exited with code 3 before it was healthy\nlast log lines:\nbad settings"
    )


@pytest.mark.images
async def test_only_the_last_lines_of_a_log_are_shown(plugin, image, name):
    numbers = " ".join(str(number) for number in range(1, 31))
    script = f"for line in {numbers}; do echo line-$line; done; exit 1"
    said = await refusal(
        plugin.up(
            "Container",
            name=name,
            image=image,
            command=["sh", "-c", script],
            wait=True,
            healthcheck=check("exit 0", interval="30s"),
        )
    )
    assert said.partition("last log lines:\n")[2].splitlines() == [f"line-{number}" for number in range(11, 31)]


@pytest.mark.images
async def test_uploaded_secrets_do_not_show_in_what_went_wrong(plugin, image, name):
    said = await refusal(
        plugin.up(
            "Container",
            name=name,
            image=image,
            command=["sh", "-c", "cat /etc/hft/password; sleep 60"],
            uploads=[{"file": "/etc/hft/password", "content": Secret(f"{PASSWORD}\n")}],
            wait=True,
            waitTimeout=2,
            healthcheck=check("cat /etc/hft/password; exit 1"),
        )
    )
    assert "last health check, exit code 1: [uploaded]" in said
    assert "last log lines:\n[uploaded]" in said
    assert PASSWORD not in said


@pytest.mark.images
async def test_a_check_that_says_nothing(plugin, image, name):
    said = await refusal(
        plugin.up(
            "Container",
            name=name,
            image=image,
            command=SLEEP,
            wait=True,
            waitTimeout=2,
            healthcheck=check("exit 1"),
        )
    )
    assert said.endswith("\nlast health check, exit code 1: (no output)")

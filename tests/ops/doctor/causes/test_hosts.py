from dataclasses import replace

from ops.doctor.causes.hosts import CAUSES
from ops.doctor.facts import Host
from tests.ops.doctor.healthy import facts, found, metric, silent

LOCAL = Host(name="local", endpoint="tcp://10.0.0.1:2375", problem="Docker does not answer (No route to host)")


def test_a_host_of_which_nothing_answers_is_lost() -> None:
    gone = replace(
        facts(), hosts=(LOCAL,), targets=tuple(replace(each, problem="no answer in time") for each in facts().targets)
    )

    assert found(CAUSES, "host-lost", gone) == [
        (
            "host local",
            ("Docker does not answer (No route to host)", "none of its 19 endpoints answers"),
            "docker -H tcp://10.0.0.1:2375 info",
        )
    ]
    assert found(CAUSES, "docker-silent", gone) == []


def test_a_host_whose_parts_answer_has_only_a_silent_docker() -> None:
    quiet = replace(facts(), hosts=(LOCAL,))

    assert found(CAUSES, "docker-silent", quiet) == [
        (
            "host local",
            ("Docker does not answer (No route to host)", "19 of its 19 endpoints answer"),
            "docker -H tcp://10.0.0.1:2375 info",
        )
    ]
    assert found(CAUSES, "host-lost", quiet) == []


def test_a_disk_with_less_than_a_tenth_is_full() -> None:
    full = metric("node_filesystem_avail_bytes", 9999 * 2.0**20)

    assert found(CAUSES, "disk-full", full) == [
        ("host local", ("/ (/dev/vda) has 10.0% left, want 10%",), "docker system df -v")
    ]
    assert found(CAUSES, "disk-full", metric("node_filesystem_avail_bytes", 10000 * 2.0**20)) == []


def test_little_memory_is_told() -> None:
    low = metric("node_memory_MemAvailable_bytes", 800 * 2.0**20)

    assert found(CAUSES, "memory-low", low) == [
        ("host local", ("5.0% of its memory is left, want 10%",), "docker stats --no-stream")
    ]


def test_more_than_two_processes_for_each_cpu_are_too_many() -> None:
    assert found(CAUSES, "cpus-short", metric("node_load1", 4.1)) == [
        ("host local", ("4.1 processes want its 2 CPUs, in the last minute",), "docker stats --no-stream")
    ]
    assert found(CAUSES, "cpus-short", facts()) == []


def test_a_clock_that_nothing_sets_is_told() -> None:
    assert found(CAUSES, "clock-not-set", metric("node_timex_sync_status", 0)) == [
        ("host local", ("nothing sets its clock",), "hft hosts check dev")
    ]
    assert found(CAUSES, "clock-not-set", facts()) == []


def test_a_host_that_tells_no_metrics_has_no_cause_of_them() -> None:
    mute = silent("node-local")

    assert [cause.name for cause in CAUSES if list(cause.find(mute))] == []

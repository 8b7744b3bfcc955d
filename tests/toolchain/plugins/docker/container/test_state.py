"""What is read back, from inspected containers as the daemon tells them."""

import copy

import pytest

from toolchain.plugins.docker.container.state import observed

FOUND = {
    "Name": "/engine",
    "Image": "sha256:1",
    "Platform": "linux",
    "State": {"Running": True, "ExitCode": 0},
    "Config": {
        **{"Image": "engine:1", "Cmd": ["run"], "Entrypoint": None, "User": "", "WorkingDir": "", "Hostname": "h"},
        **{"Domainname": "", "Tty": False, "OpenStdin": False, "Env": ["A=1"], "Labels": {"a": "b"}},
    },
    "HostConfig": {
        **{"Memory": 64 * 1024**2, "MemoryReservation": 0, "MemorySwap": 128 * 1024**2, "ShmSize": 64 * 1024**2},
        **{"CpuShares": 0, "CpusetCpus": "", "NanoCpus": 0, "NetworkMode": "bridge", "ReadonlyRootfs": False},
        **{"Privileged": False, "AutoRemove": False, "PublishAllPorts": False, "PidMode": "host"},
        **{"RestartPolicy": {"Name": "", "MaximumRetryCount": 0}, "LogConfig": {"Type": "json-file", "Config": {}}},
        **{"Ulimits": None, "ExtraHosts": ["venue:10.0.0.9"], "CapAdd": None, "CapDrop": None},
    },
    "NetworkSettings": {
        "Bridge": "",
        "Ports": {
            "9000/tcp": [{"HostIp": "127.0.0.1", "HostPort": "19000"}],
            "9001/tcp": [{"HostIp": "127.0.0.1", "HostPort": "19001"}],
            "9100/tcp": None,
        },
        "Networks": {
            name: {
                **{"IPAddress": address, "IPPrefixLen": 24, "Gateway": "10.0.0.1", "MacAddress": "02:42"},
                **{"GlobalIPv6Address": "", "GlobalIPv6PrefixLen": 0, "IPv6Gateway": ""},
            }
            for name, address in (("plane", "10.0.0.5"), ("control", "10.0.1.5"))
        },
    },
}


def seen(known=None, **changes):
    """The state, with changes of the inspected container given as ``HostConfig__Memory=…``."""
    found = copy.deepcopy(FOUND)
    for path, value in changes.items():
        part, _, key = path.partition("__")
        found[part][key] = value
    return observed(found, known or {})


def test_environment_and_labels_are_not_read_back():
    known = {"envs": ["A=given"], "labels": [{"label": "a", "value": "given"}]}
    state = seen(known)
    assert (state["envs"], state["labels"]) == (known["envs"], known["labels"])
    assert "volumes" not in state


def test_a_container_that_runs_has_no_exit_code_and_keeps_must_run():
    assert not {"exitCode", "mustRun"} & seen().keys()


def test_a_container_that_stopped_must_be_started_again():
    state = seen(State__Running=False, State__ExitCode=137)
    assert (state["exitCode"], state["mustRun"]) == (137, False)


@pytest.mark.parametrize(("known", "image"), [({}, "engine:1"), ({"image": "sha256:1"}, "sha256:1")])
def test_the_image_is_told_as_it_was_asked_for(known, image):
    assert seen(known)["image"] == image


@pytest.mark.parametrize(("found", "told"), [(128 * 1024**2, 128), (-1, -1), (0, 0)])
def test_the_swap_limit_in_mebibytes_or_none(found, told):
    assert seen(HostConfig__MemorySwap=found)["memorySwap"] == told


def test_cores_are_told_where_they_are_limited():
    assert "cpus" not in seen()
    assert seen(HostConfig__NanoCpus=1_500_000_000)["cpus"] == "1.5"


def test_capabilities_are_told_where_they_differ():
    assert "capabilities" not in seen()
    assert seen(HostConfig__CapDrop=["ALL"])["capabilities"] == {"adds": [], "drops": ["ALL"]}


def test_no_restart_policy_is_no():
    assert seen()["restart"] == "no"
    assert seen(HostConfig__RestartPolicy={"Name": "always", "MaximumRetryCount": 0})["restart"] == "always"


def test_what_the_daemon_chooses_is_only_told_where_it_was_given():
    assert not {"ulimits", "pidMode", "logOpts", "ports"} & seen().keys()
    known = {"ulimits": [{"name": "core"}], "pidMode": "private", "logOpts": {"max-size": "1m"}}
    ulimits = [{"Name": "memlock", "Soft": -1, "Hard": -1}]
    options = {"Type": "json-file", "Config": {"max-size": "2m"}}
    state = seen(known, HostConfig__Ulimits=ulimits, HostConfig__LogConfig=options)
    assert state["ulimits"] == [{"name": "memlock", "soft": -1, "hard": -1}]
    assert (state["pidMode"], state["logOpts"]) == ("host", {"max-size": "2m"})


def test_a_health_check_is_told_as_durations():
    check = {"Test": ["CMD", "ok"], "Interval": 10**9, "Timeout": 90 * 10**9, "Retries": 3}
    assert seen(Config__Healthcheck=check)["healthcheck"] == {
        "tests": ["CMD", "ok"],
        "interval": "1s",
        "timeout": "1m30s",
        "startPeriod": "0s",
        "startInterval": "0s",
        "retries": 3,
    }
    assert "healthcheck" not in seen()


def test_networks_are_told_in_the_order_of_names():
    assert [(data["networkName"], data["ipAddress"]) for data in seen()["networkDatas"]] == [
        ("control", "10.0.1.5"),
        ("plane", "10.0.0.5"),
    ]


def test_no_networks_at_all():
    assert seen(NetworkSettings__Networks=None)["networkDatas"] == []


def test_host_entries():
    assert seen()["hosts"] == [{"host": "venue", "ip": "10.0.0.9"}]
    assert seen(HostConfig__ExtraHosts=["v6:fd00::9"])["hosts"] == [{"host": "v6", "ip": "fd00::9"}]


def port(internal, external=None, ip="127.0.0.1"):
    return {"internal": internal, "ip": ip, "protocol": "tcp"} | ({} if external is None else {"external": external})


def test_ports_keep_the_order_in_which_they_were_given():
    given = [port(9001, 19001), port(9000, 19000)]
    assert seen({"ports": given})["ports"] == given


def test_a_port_that_docker_chose_is_told():
    assert seen({"ports": [port(9000), port(9001)]})["ports"] == [port(9000, 19000), port(9001, 19001)]


def test_all_ports_are_told_where_one_differs():
    everything = [port(9000, 19000), port(9001, 19001)]
    assert seen({"ports": [port(9001, 29001), port(9000, 19000)]})["ports"] == everything
    assert seen({"ports": [port(9000, 19000)]})["ports"] == everything


def test_a_stopped_container_has_no_ports_and_that_is_no_drift():
    assert "ports" not in seen({"ports": [port(9000, 19000)]}, State__Running=False)

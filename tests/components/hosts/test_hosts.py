import pytest
from pydantic import ValidationError

from components._common.logs import LogStore
from components.hosts import Hosts, HostsArgs, HostSettings
from components.hosts.settings import LogStoreSettings
from tests.conftest import Recorder

PROVIDER = "pulumi:providers:docker"


def host(name: str = "local", **changes: object) -> HostSettings:
    given = {
        "name": name,
        "docker_endpoint": "unix:///var/run/docker.sock",
        "address": "127.0.0.1",
        "failure_domain": "rack-a",
        "cpus": "0-3",
    }
    return HostSettings.model_validate({**given, **changes})


def test_each_host_gets_a_provider_on_its_endpoint(recorder: Recorder) -> None:
    settings = (host("a"), host("b", docker_endpoint="ssh://ops@10.0.0.2", address="10.0.0.2"))

    recorder.run(lambda: Hosts("hosts", HostsArgs(settings=settings)).names)

    assert recorder.names(PROVIDER) == ["hosts-a", "hosts-b"]
    assert recorder.inputs(PROVIDER, "hosts-b")["host"] == "ssh://ops@10.0.0.2"


def test_engines_leave_the_rest_of_the_cpus_for_housekeeping(recorder: Recorder) -> None:
    hosts: list[Hosts] = []

    recorder.run(lambda: hosts.append(Hosts("hosts", HostsArgs(settings=(host("a"),), engine_cpus={"a": "2,3"}))))

    assert hosts[0].placements["a"].housekeeping_cpus == "0-1"
    assert hosts[0].placements["a"].address == "127.0.0.1"


def test_a_host_without_a_log_store_has_none_and_another_its_own(recorder: Recorder) -> None:
    hosts: list[Hosts] = []
    settings = (host("a"), host("b", log_store={"driver": "syslog", "address": "tcp+tls://logs.firm:6514"}))

    recorder.run(lambda: hosts.append(Hosts("hosts", HostsArgs(settings=settings))))

    assert [hosts[0].placements[name].log_store for name in "ab"] == [
        None,
        LogStore(driver="syslog", address="tcp+tls://logs.firm:6514"),
    ]


@pytest.mark.parametrize(
    "given",
    [
        {"driver": "journald"},
        *({"driver": "syslog", "address": f"{way}://logs"} for way in ("tcp", "tcp+tls", "unix", "unixgram")),
    ],
    ids=str,
)
def test_good_log_stores_are_taken(given: dict[str, str]) -> None:
    assert LogStoreSettings.model_validate(given).model_dump(exclude_none=True) == given


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"driver": "journald", "address": "unix:///dev/log"},
            "address=unix:///dev/log has no meaning with driver=journald: remove it",
        ),
        ({"driver": "syslog"}, "address is missing: driver=syslog needs one, such as unixgram:///dev/log"),
        (
            {"driver": "syslog", "address": "tcp://"},
            "address=tcp:// ends too soon: add host:port, or the path of a socket",
        ),
        (
            {"driver": "syslog", "address": "unix:///dev/log"},
            "address=unix:///dev/log is a socket for datagrams: write unixgram:///dev/log",
        ),
        (
            {"driver": "syslog", "address": "udp://logs:514"},
            "address=udp://logs:514 begins with none of tcp+tls://, tcp://, unix://, unixgram:// (udp loses lines)",
        ),
        ({"driver": "json-file"}, "Input should be 'journald' or 'syslog'"),
    ],
)
def test_bad_log_stores_are_refused(given: dict[str, str], message: str) -> None:
    with pytest.raises(ValidationError) as raised:
        LogStoreSettings.model_validate(given)

    assert raised.value.errors()[0]["msg"].removeprefix("Value error, ") == message


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"docker_endpoint": "/var/run/docker.sock"},
            "'/var/run/docker.sock' is not a Docker endpoint; write unix:///path, tcp://host:port or ssh://user@host",
        ),
        ({"cpus": "3-1"}, "'3-1' has a reversed range '3-1'; write it as '1-3'"),
        ({"cpus": "all"}, "'all' is not a CPU list; write it as in '2-3' or '0,4-7'"),
        ({"address": "db-1"}, "Input is not a valid IPv4 address"),
        ({"colour": "red"}, "Extra inputs are not permitted"),
    ],
)
def test_bad_hosts_are_refused(changes: dict[str, str], message: str) -> None:
    with pytest.raises(ValidationError) as raised:
        host(**changes)

    assert raised.value.errors()[0]["msg"].removeprefix("Value error, ") == message

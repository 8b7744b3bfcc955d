"""Plain calls to the real daemon, and to sockets that behave as no daemon should."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.toolchain.plugins.docker.conftest import SOCKET, STACK
from toolchain.plugins.docker import daemon as module
from toolchain.plugins.docker.daemon import Daemon
from toolchain.plugins.docker.endpoint import Endpoint
from toolchain.plugins.docker.refusal import Missing, Refused
from toolchain.plugins.framework import ProviderError

FIX = "; start it (`systemctl start docker`), or set docker:host (DOCKER_HOST) to a daemon that answers"


@pytest.fixture
def local():
    return Daemon(Endpoint(host=f"unix://{SOCKET}"))


@pytest.fixture
def container(daemon, image, name):
    """A running container that has written two lines."""
    made = daemon.create_container(
        image, ["sh", "-c", "echo first; echo second; sleep 60"], name=name, labels={"hft.stack": STACK}
    )
    daemon.start(made["Id"])
    yield made["Id"]
    daemon.remove_container(made["Id"], force=True, v=True)


@pytest.fixture
def answering(tmp_path):
    """Listens on a socket and answers each request with these bytes; None means never."""
    listener = socket.socket(socket.AF_UNIX)
    path = str(tmp_path / "s")
    listener.bind(path)
    listener.listen()
    open_connections = []

    def start(answer):
        def serve():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                open_connections.append(connection)
                if connection.recv(65536) and answer is not None:
                    connection.sendall(answer)
                    connection.close()

        thread.append(threading.Thread(target=serve))
        thread[0].start()
        return Daemon(Endpoint(host=f"unix://{path}"))

    thread = []
    yield start
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    for started in thread:
        started.join(5)
    for connection in open_connections:
        connection.close()


@pytest.mark.images
def test_the_api_version_is_the_daemons_own(local, daemon):
    local.check()
    assert local.api_version() == daemon._version


@pytest.mark.images
@pytest.mark.parametrize(("version", "offered"), [("1.9", True), ("1.24", True), ("99.0", False)])
def test_versions_are_compared_as_numbers(local, daemon, version, offered):
    assert local.at_least(version) is offered


@pytest.mark.images
def test_what_is_not_there_is_missing(local, daemon):
    with pytest.raises(Missing) as failed:
        local.call("inspect volume v", "GET", "/volumes/hft-plugins-no-such-volume")
    assert str(failed.value) == "cannot inspect volume v: get hft-plugins-no-such-volume: no such volume"


@pytest.mark.images
def test_what_the_daemon_refuses_is_in_its_words(local, daemon):
    with pytest.raises(Refused) as failed:
        local.call("make volume", "POST", "/volumes/create", {"Name": "no spaces here"})
    assert not isinstance(failed.value, Missing)
    assert str(failed.value).startswith('cannot make volume: create no spaces here: "no spaces here" includes invalid')


@pytest.mark.images
def test_a_call_waits_no_longer_than_asked(local, container):
    started = time.monotonic()
    with pytest.raises(Refused) as failed:
        local.call("await the end", "POST", f"/containers/{container}/wait", seconds=0.5)
    assert time.monotonic() - started < 30
    assert str(failed.value) == "cannot await the end: timed out"


@pytest.mark.images
def test_the_last_lines_of_a_log(local, container):
    deadline = time.monotonic() + 30
    while "second" not in local.logs("read the log", container, lines=2) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert local.logs("read the log", container, lines=1) == "second\n"
    assert local.logs("read the log", container, lines=5) == "first\nsecond\n"


@pytest.mark.images
def test_the_log_of_a_container_that_is_not_there_is_missing(local, daemon):
    with pytest.raises(Missing, match=r"^cannot read the log: No such container: hft-plugins-none$"):
        local.logs("read the log", "hft-plugins-none", lines=1)


@pytest.mark.images
def test_many_threads_share_one_daemon(local, daemon):
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: local.call("ask", "GET", "/version")["ApiVersion"], range(64)))
    assert set(answers) == {local.api_version()}


def test_a_daemon_that_never_answers_is_given_up(answering, monkeypatch):
    monkeypatch.setattr(module, "_CHECK_SECONDS", 1)
    silent = answering(None)
    with pytest.raises(ProviderError) as failed:
        silent.check()
    host = silent.endpoint.host
    assert str(failed.value) == f"failed to connect to docker daemon at {host}: timed out{FIX}"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", "503 Server Error"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "SSH-2.0-OpenSSH_9.2"),
        (b"", "Remote end closed connection without response"),
    ],
)
def test_what_is_no_daemon_is_named_by_what_it_said(answering, answer, reason):
    stranger = answering(answer)
    with pytest.raises(ProviderError) as failed:
        stranger.check()
    assert str(failed.value).startswith(f"failed to connect to docker daemon at {stranger.endpoint.host}: ")
    assert reason in str(failed.value)
    assert str(failed.value).endswith(FIX)


def test_a_failed_check_is_tried_again_by_the_next(tmp_path):
    late = Daemon(Endpoint(host=f"unix://{tmp_path}/not-yet"))
    for _ in range(2):
        with pytest.raises(ProviderError, match="No such file or directory"):
            late.check()

"""The package relay between a client and a mirror, both over HTTP on the loopback address."""

import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPConnection, IncompleteRead
from pathlib import Path

import pytest

from ops.images import ImageError
from ops.images import relay as relays
from ops.images.archives import Archive
from ops.images.relay import Relay
from tests.ops.images.mirror import DEBIAN, Mirror, mirror

PACKAGE = "/debian/pool/main/c/curl/curl_8_amd64.deb"
INDEX = "/debian/dists/trixie/main/binary-amd64/Packages"
IN_RELEASE = "/debian/dists/trixie/InRelease"


@pytest.fixture(autouse=True)
def _direct(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine's proxy is for other addresses."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def served() -> Iterator[Mirror]:
    with mirror({PACKAGE: b"package" * 50_000, INDEX: b"Package: curl\n", IN_RELEASE: DEBIAN}) as found:
        yield found


@pytest.fixture
def relay(served: Mirror, tmp_path: Path) -> Iterator[Relay]:
    key = tmp_path / "vendor.asc"
    key.write_bytes(b"key")
    archives = [
        Archive("debian", f"{served.url}/debian", ("trixie", "trixie-updates")),
        Archive("timescaledb", f"{served.url}/vendor", ("trixie",), key),
    ]
    with Relay(archives, tmp_path / "cache") as found:
        yield found


def get(relay: Relay, path: str) -> bytes:
    with urllib.request.urlopen(f"{relay.url}{path}", timeout=10) as answer:
        body: bytes = answer.read()
    return body


def status(relay: Relay, path: str) -> tuple[int, bytes]:
    with pytest.raises(urllib.error.HTTPError) as refused:
        get(relay, path)
    with refused.value as answer:
        return answer.code, answer.read()


def kept(relay: Relay, path: str) -> bytes:
    """What the cache has; the file gets its name after the last byte went out, so it may be a moment late."""
    file = relay.cache / path.lstrip("/")
    end = time.monotonic() + 10
    while not file.exists() and time.monotonic() < end:
        time.sleep(0.01)
    return file.read_bytes()


def test_it_listens_on_the_loopback_address_only(relay: Relay) -> None:
    assert relay.url.startswith("http://127.0.0.1:")


def test_the_sources_list_names_suites_and_keys(relay: Relay) -> None:
    assert get(relay, "/sources.list").decode().splitlines() == [
        f"deb {relay.url}/debian trixie main",
        f"deb {relay.url}/debian trixie-updates main",
        f"deb [signed-by=/tmp/hft-keys/timescaledb.asc] {relay.url}/timescaledb trixie main",
    ]


def test_a_bootstrap_sees_debians_own_archives_only(relay: Relay) -> None:
    assert relay.debian_lines == [
        f"deb {relay.url}/debian trixie main",
        f"deb {relay.url}/debian trixie-updates main",
    ]


def test_a_key_is_served_under_its_archives_name(relay: Relay) -> None:
    assert get(relay, "/keys/timescaledb.asc") == b"key"


@pytest.mark.parametrize("name", ["debian.gpg", "vendor.asc", "timescaledb.gpg"])
def test_no_other_key_is_served(relay: Relay, name: str) -> None:
    assert status(relay, f"/keys/{name}") == (502, b"<urlopen error no archive 'keys'>")


def test_it_knows_its_archives(relay: Relay) -> None:
    assert (relay.has("timescaledb"), relay.has("grafana")) == (True, False)


def test_a_package_is_fetched_once(relay: Relay, served: Mirror) -> None:
    assert get(relay, PACKAGE) == served.files[PACKAGE]
    assert kept(relay, PACKAGE) == served.files[PACKAGE]
    assert get(relay, PACKAGE) == served.files[PACKAGE]
    assert served.asked[PACKAGE] == 1


@pytest.mark.parametrize("path", [INDEX, IN_RELEASE])
def test_what_may_change_is_fetched_each_time(relay: Relay, served: Mirror, path: str) -> None:
    first = get(relay, path)
    served.files[path] = b"new"
    assert (first, get(relay, path)) != (first, first)
    assert get(relay, path) == b"new"
    assert not relay.cache.exists()


def test_an_index_that_is_named_by_its_hash_is_kept(relay: Relay, served: Mirror) -> None:
    path = "/debian/dists/trixie/main/binary-amd64/by-hash/SHA256/00"
    served.files[path] = b"index"
    assert [get(relay, path), kept(relay, path), get(relay, path)] == [b"index"] * 3
    assert served.asked[path] == 1


def test_an_answer_without_a_length_is_passed_on(relay: Relay, served: Mirror) -> None:
    served.unsized.add(INDEX)
    assert get(relay, INDEX) == b"Package: curl\n"


def test_what_the_mirror_lacks_is_not_found(relay: Relay) -> None:
    assert status(relay, "/debian/pool/none.deb") == (404, b"Not Found")
    assert not (relay.cache / "debian/pool/none.deb").exists()


def test_an_archive_that_it_does_not_have_is_refused(relay: Relay) -> None:
    assert status(relay, "/grafana/dists/x/InRelease") == (502, b"<urlopen error no archive 'grafana'>")


def test_a_mirror_that_is_gone_is_a_bad_gateway(tmp_path: Path) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        gone = Archive("debian", f"http://127.0.0.1:{bound.getsockname()[1]}", ("trixie",))
        with Relay([gone], tmp_path) as relay:
            assert status(relay, IN_RELEASE) == (502, b"<urlopen error [Errno 111] Connection refused>")


@pytest.mark.parametrize("path", [PACKAGE, INDEX])
def test_an_answer_that_breaks_off_is_cut_off_at_once_and_not_kept(relay: Relay, served: Mirror, path: str) -> None:
    served.cut.add(path)
    with pytest.raises(IncompleteRead):
        get(relay, path)
    assert [file for file in relay.cache.rglob("*") if file.is_file()] == []
    served.cut.clear()
    assert get(relay, path) == served.files[path]


def test_a_path_cannot_leave_the_cache(relay: Relay, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    connection = HTTPConnection("127.0.0.1", int(relay.url.rpartition(":")[2]), timeout=10)
    connection.request("GET", "/debian/pool/../../../secret")
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (404, b"Not Found")
    connection.close()


def test_it_ends_with_its_block(served: Mirror, tmp_path: Path) -> None:
    with Relay([], tmp_path) as relay:
        url = relay.url
    with pytest.raises(urllib.error.URLError, match="Connection refused"):
        urllib.request.urlopen(url, timeout=10)


def test_a_machine_whose_apt_serves_the_release_has_a_relay(apt: Mirror) -> None:
    with Relay.of_machine() as relay:
        assert relay.source_lines == [f"deb {relay.url}/debian trixie main"]
        assert get(relay, IN_RELEASE) == DEBIAN


def test_a_machine_whose_apt_does_not_is_refused(apt: Mirror) -> None:
    apt.files.clear()
    with pytest.raises(ImageError) as refused:
        Relay.of_machine()
    assert refused.value.problems == (
        "no package source of this machine serves Debian trixie: mend /etc/apt\n"
        f"  {apt.url}/debian trixie: HTTP Error 404: Not Found",
    )


@pytest.mark.parametrize(("said", "seen"), [("{0}", "{0}/InRelease"), ("DIRECT", "/InRelease")])
def test_the_proxy_is_the_one_of_apt(
    apt: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, seen: str
) -> None:
    (tmp_path / "apt.conf").write_text(f'Acquire::http::Proxy "{said.format(apt.url)}";\n')
    monkeypatch.setenv("APT_CONFIG", str(tmp_path / "apt.conf"))
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    # A proxy is asked for whole addresses.
    apt.files[seen.format(apt.url)] = DEBIAN
    assert relays.read(f"{apt.url}/InRelease") == DEBIAN


def test_what_is_behind_an_address_is_read(served: Mirror) -> None:
    assert relays.read(f"{served.url}{IN_RELEASE}") == DEBIAN


@pytest.mark.parametrize("address", ["ftp-like:nothing", "mirror+file:/nowhere"])
def test_an_address_that_nothing_is_known_of_is_a_failure_of_the_source(address: str) -> None:
    with pytest.raises(OSError, match="unknown url type"):
        relays.read(address)


def test_an_address_that_http_does_not_know_is_told_without_its_password() -> None:
    with pytest.raises(OSError, match=r"^no answer that HTTP knows \(InvalidURL\)$"):
        relays.read("http://user:secret@127.0.0.1/")


def test_an_answer_that_breaks_off_is_a_failure_of_the_source(served: Mirror) -> None:
    served.cut.add(IN_RELEASE)
    with pytest.raises(OSError, match=r"^no answer that HTTP knows \(IncompleteRead\)$"):
        relays.read(f"{served.url}{IN_RELEASE}")

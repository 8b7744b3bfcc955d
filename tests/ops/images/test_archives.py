"""Which source is which archive: told by labels, as the sources answer."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ops.images import ImageError
from ops.images.archives import Archive, choose
from ops.images.sources import Source
from tests.ops.images.mirror import DEBIAN, SECURITY, VENDOR

ONE = Source("http://one/debian", "trixie")


def answers(**by_address: bytes) -> Callable[[str], bytes]:
    """Reads `one` from http://one/…/InRelease; any other address does not answer."""

    def read(url: str) -> bytes:
        assert url.endswith("/InRelease")
        if found := by_address.get(url.split("/")[2]):
            return found
        raise OSError("no route")

    return read


def test_suites_of_one_address_are_one_archive() -> None:
    updates = Source("http://one/debian", "trixie-updates")
    assert choose([ONE, updates, ONE], answers(one=DEBIAN)) == [
        Archive("debian", "http://one/debian", ("trixie", "trixie-updates"))
    ]


def test_the_first_that_answers_is_taken() -> None:
    sources = [Source("http://gone/debian", "trixie"), ONE, Source("http://two/debian", "trixie")]
    assert choose(sources, answers(one=DEBIAN, two=DEBIAN)) == [Archive("debian", "http://one/debian", ("trixie",))]


def test_security_is_an_archive_of_its_own() -> None:
    security = Source("http://two/debian-security", "trixie-security")
    assert [found.name for found in choose([ONE, security], answers(one=DEBIAN, two=SECURITY))] == [
        "debian",
        "debian-security",
    ]


def test_the_vendors_archive_brings_its_key(tmp_path: Path) -> None:
    key = tmp_path / "vendor.asc"
    key.touch()
    vendor = Source("http://vendor/debian", "trixie", key)
    assert choose([vendor, ONE], answers(one=DEBIAN, vendor=VENDOR)) == [
        Archive("timescaledb", "http://vendor/debian", ("trixie",), key),
        Archive("debian", "http://one/debian", ("trixie",)),
    ]


@pytest.mark.parametrize("key", [None, Path("/nowhere/vendor.gpg")])
def test_a_vendors_archive_without_its_key_file_is_left_out(key: Path | None) -> None:
    vendor = Source("http://vendor/debian", "trixie", key)
    assert [found.name for found in choose([vendor, ONE], answers(one=DEBIAN, vendor=VENDOR))] == ["debian"]


def test_a_key_of_debians_own_stays_here() -> None:
    source = Source("http://one/debian", "trixie", Path("/usr/share/keyrings/debian-archive-keyring.gpg"))
    assert choose([source], answers(one=DEBIAN))[0].key is None


def test_another_label_is_none_of_ours() -> None:
    other = Source("http://other/debian", "trixie")
    assert [found.url for found in choose([other, ONE], answers(one=DEBIAN, other=b"Label: Debian Multimedia\n"))] == [
        "http://one/debian"
    ]


def test_what_each_source_said_is_told_without_its_password() -> None:
    sources = [
        Source("http://user:secret@gone/debian", "trixie"),
        Source("http://other/debian", "trixie"),
        Source("http://portal/debian", "trixie"),
        Source("http://vendor/debian", "trixie"),
    ]
    read = answers(other=b"Label: Ubuntu\n", portal=b"<html>log in</html>", vendor=VENDOR)
    with pytest.raises(ImageError) as refused:
        choose(sources, read)
    assert str(refused.value).splitlines() == [
        "no package source of this machine serves Debian trixie: mend /etc/apt",
        "  http://gone/debian trixie: no route",
        "  http://other/debian trixie: its label 'Ubuntu' is not Debian's",
        "  http://portal/debian trixie: its label '' is not Debian's",
        "  http://vendor/debian trixie: its entry names no key file that is there (signed-by: None)",
    ]


def test_updates_without_the_release_itself_do_not_do() -> None:
    with pytest.raises(ImageError) as refused:
        choose([Source("http://one/debian", "trixie-updates")], answers(one=DEBIAN))
    assert str(refused.value) == "no package source of this machine serves Debian trixie: mend /etc/apt"

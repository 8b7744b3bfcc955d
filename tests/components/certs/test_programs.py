"""What the container that fills a volume leaves there."""

from collections.abc import Iterator

import pytest

from tests.components.authority import fill
from tests.components.programs import FOLDERS, Ended, new_volume, run

pytestmark = pytest.mark.images

FILES = {"/etc/hft/tls.crt": "certificate 1\n", "/etc/hft/ca.crt": "authority\n", "/run/secrets/tls-key": "key\n"}
SEEN = ["sh", "-c", "cd /var/lib/hft/tls && stat -c '%n %a %U' * && cat tls.crt"]


@pytest.fixture
def volume() -> Iterator[str]:
    with new_volume() as name:
        yield name


def inside(image: str, argv: list[str], mount: str) -> Ended:
    return run(image, argv, {}, volumes=[*FOLDERS, mount])


def filled(image: str, volume: str, files: dict[str, str]) -> Ended:
    fill(image, volume, files)
    return inside(image, SEEN, f"{volume}:/var/lib/hft/tls:ro")


@pytest.mark.parametrize(("image", "user"), [("timescaledb", "postgres"), ("pgbouncer", "hft")])
def test_only_the_part_s_own_user_reads_the_key(image: str, user: str, volume: str) -> None:
    seen = filled(image, volume, FILES)

    assert seen == (0, f"ca.crt 400 {user}\ntls.crt 400 {user}\ntls.key 400 {user}\ncertificate 1\n")


def test_a_renewed_certificate_takes_the_place_of_the_old_one(volume: str) -> None:
    filled("pgbouncer", volume, FILES)

    seen = filled("pgbouncer", volume, {**FILES, "/etc/hft/tls.crt": "certificate 2\n"})
    assert seen == (0, "ca.crt 400 hft\ntls.crt 400 hft\ntls.key 400 hft\ncertificate 2\n")


def test_a_part_cannot_change_its_certificate(volume: str) -> None:
    filled("pgbouncer", volume, FILES)

    ended = inside("pgbouncer", ["sh", "-c", "echo > /var/lib/hft/tls/tls.crt"], f"{volume}:/var/lib/hft/tls:ro")
    assert (ended.status, "Read-only file system" in ended.output) == (2, True), ended.output

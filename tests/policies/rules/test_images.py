import pytest

from tests.policies.given import SERVICE, container, found

HEX = "a1" * 32


@pytest.mark.parametrize(
    "image",
    [
        *("postgres", "postgres:17", "postgres:latest", "sha256:12ab", f"sha256:{HEX}0", f"sha256:{HEX.upper()}", ""),
        *(f"@sha256:{HEX}", f"postgres@sha256:{HEX}0", f"postgres:sha256:{HEX}", "postgres@sha256:12ab", HEX),
    ],
)
def test_an_image_by_a_name_that_can_move(image: str) -> None:
    message = (
        f"image={image!r} is a name that can move; use an image id (sha256:…) from images/lock.json or name@sha256:…"
    )

    assert found("images-pinned-by-digest", container(image=image)) == [message]
    assert found("images-pinned-by-digest", container(SERVICE, image=image)) == [message]


def test_a_container_without_image() -> None:
    assert found("images-pinned-by-digest", container(image=None)) == [
        "image='' is a name that can move; use an image id (sha256:…) from images/lock.json or name@sha256:…"
    ]


@pytest.mark.parametrize(
    "image", [f"sha256:{HEX}", f"postgres@sha256:{HEX}", f"registry.example:5000/p:17@sha256:{HEX}"]
)
def test_an_image_that_cannot_move(image: str) -> None:
    assert found("images-pinned-by-digest", container(image=image)) == []

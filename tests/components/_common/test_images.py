import json
from pathlib import Path

import pytest

from components._common.images import ImageLock


def lock(path: Path) -> Path:
    path.write_text(json.dumps({"schema": 1, "images": {"etcd": {"id": "sha256:abc", "digest": None}}}))
    return path


def test_an_image_is_its_id(tmp_path: Path) -> None:
    found = ImageLock.load(lock(tmp_path / "lock.json"))

    assert found["etcd"] == "sha256:abc"
    assert "etcd" in found
    assert "grafana" not in found


def test_an_image_that_is_not_locked_is_named_with_the_fix(tmp_path: Path) -> None:
    path = lock(tmp_path / "lock.json")

    with pytest.raises(LookupError) as raised:
        ImageLock.load(path)["grafana"]

    assert str(raised.value) == f"image 'grafana' is not in {path} (it has etcd): run `hft images build`"


def test_a_missing_lock_is_named_with_the_fix(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match=r"lock.json is missing: run `hft images build`"):
        ImageLock.load(tmp_path / "lock.json")


@pytest.mark.parametrize("text", ["", "[]", '{"images": {"etcd": {}}}'])
def test_a_broken_lock_is_named_with_the_fix(tmp_path: Path, text: str) -> None:
    path = tmp_path / "lock.json"
    path.write_text(text)

    with pytest.raises(LookupError, match=r"is not an image lock .*: run `hft images build`"):
        ImageLock.load(path)

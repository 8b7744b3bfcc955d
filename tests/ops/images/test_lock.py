"""images/lock.json: read as it was written, replaced in one step, refused where it is no lock."""

import json
import threading
from pathlib import Path

import pytest

from components._common.images import ImageLock
from ops.images import Entry, ImageError, lock, read

BASE = Entry(id="sha256:b", digest=None, inputs="i", packages={"bash": "5"})
GRAFANA = Entry(id="sha256:g", digest="sha256:d", inputs="j")


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "lock.json"
    lock.write(path, {"grafana": GRAFANA, "base": BASE})
    assert read(path) == {"base": BASE, "grafana": GRAFANA}
    assert list(json.loads(path.read_text())["images"]) == ["base", "grafana"]


def test_a_stack_reads_the_same_ids(tmp_path: Path) -> None:
    path = tmp_path / "lock.json"
    lock.write(path, {"base": BASE})
    assert ImageLock.load(path)["base"] == "sha256:b"


def test_no_file_is_no_image(tmp_path: Path) -> None:
    assert read(tmp_path / "lock.json") == {}


def test_a_person_can_read_its_difference(tmp_path: Path) -> None:
    lock.write(tmp_path / "lock.json", {"base": BASE})
    lines = (tmp_path / "lock.json").read_text().splitlines()
    assert '    "bash": "5"' in lines
    assert lines[-1] == "}"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "JSONDecodeError('Expecting property name enclosed in double quotes: line 1 column 2 (char 1)')"),
        ("{}", "KeyError('schema')"),
        ('{"schema": 1}', "KeyError('images')"),
        ('{"schema": 1, "images": []}', "AttributeError(\"'list' object has no attribute 'items'\")"),
    ],
)
def test_a_broken_lock_is_refused(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "lock.json"
    path.write_text(text)
    with pytest.raises(ImageError) as refused:
        read(path)
    assert refused.value.problems == (f"{path}: not an image lock ({why}): delete it and run `hft images build`",)


def test_an_entry_with_a_field_too_few_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lock.json").write_text('{"schema": 1, "images": {"base": {"id": "sha256:b"}}}')
    with pytest.raises(ImageError, match="not an image lock"):
        read(tmp_path / "lock.json")


def test_a_lock_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lock.json"
    path.write_text('{"schema": 2, "images": {}}')
    with pytest.raises(ImageError) as refused:
        read(path)
    assert refused.value.problems == (f"{path}: schema 2, this version reads 1: delete it, build again",)


def test_a_reader_never_sees_half_a_lock(tmp_path: Path) -> None:
    path = tmp_path / "lock.json"
    many = {f"image-{number}": BASE for number in range(2000)}
    lock.write(path, many)
    writer = threading.Thread(target=lambda: [lock.write(path, many) for _ in range(20)])
    writer.start()
    seen = {len(read(path)) for _ in iter(writer.is_alive, False)}
    writer.join()
    assert seen == {2000}
    assert [file.name for file in tmp_path.iterdir()] == ["lock.json"]


def test_a_write_that_fails_leaves_the_old_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "lock.json"
    lock.write(path, {"base": BASE})

    def full(scratch: Path, text: str) -> None:
        with scratch.open("w") as file:
            file.write(text[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space left"):
        lock.write(path, {})
    assert read(path) == {"base": BASE}
    assert [file.name for file in tmp_path.iterdir()] == ["lock.json"]

"""The images under images/: their order, what decides them, and folders that do not fit together."""

import io
import tarfile
from pathlib import Path

import pytest

from ops.images import Image, ImageError, load
from tests.ops.images.conftest import write_image

PARENTS = {"rootfs": "r"}


def one(folder: Path, **changed: object) -> Image:
    return Image(**({"name": "a", "folder": folder, "parents": ("rootfs",), "arguments": {}} | changed))  # type: ignore[arg-type]


def names(image: Image) -> dict[str, int]:
    """Path in the build context → mode."""
    with tarfile.open(fileobj=io.BytesIO(image.context())) as archive:
        return {entry.name: entry.mode for entry in archive}


def test_parents_come_first_else_names_decide(tmp_path: Path) -> None:
    write_image(tmp_path, "base", "ARG ROOTFS_IMAGE\nFROM ${ROOTFS_IMAGE}\n")
    write_image(tmp_path, "a", "ARG Z_IMAGE\nARG BASE_IMAGE\nFROM ${Z_IMAGE}\n")
    write_image(tmp_path, "z", "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\n")
    (tmp_path / "images/notes").mkdir()
    assert [(image.name, image.parents) for image in load(root=tmp_path)] == [
        ("base", ("rootfs",)),
        ("z", ("base",)),
        ("a", ("z", "base")),
    ]


def test_an_unknown_parent_is_named(tmp_path: Path) -> None:
    write_image(tmp_path, "base", "ARG ROOTFS_IMAGE\n")
    write_image(tmp_path, "etcd", "ARG BSAE_IMAGE\n")
    with pytest.raises(ImageError) as refused:
        load(root=tmp_path)
    assert refused.value.problems == ("images/etcd/Dockerfile: no image 'bsae'; there are base, etcd",)


def test_a_circle_is_named(tmp_path: Path) -> None:
    write_image(tmp_path, "a", "ARG B_IMAGE\n")
    write_image(tmp_path, "b", "ARG A_IMAGE\n")
    with pytest.raises(ImageError) as refused:
        load(root=tmp_path)
    assert refused.value.problems == ("images/: a -> b -> a stand on each other; break the circle",)


def test_the_edition_is_an_argument_of_the_database_only(tmp_path: Path) -> None:
    for name in ("etcd", "timescaledb"):
        write_image(tmp_path, name, "ARG ROOTFS_IMAGE\n")
    assert [image.arguments for image in load("community", tmp_path)] == [{}, {"EDITION": "community"}]


def test_the_context_has_what_is_built_and_its_modes(tmp_path: Path) -> None:
    (tmp_path / "sub/__pycache__").mkdir(parents=True)
    for name in ("Dockerfile", "test.sh", "sub/run", "sub/x.pyc", "sub/__pycache__/y"):
        (tmp_path / name).touch(mode=0o600)
    (tmp_path / "sub/run").chmod(0o700)
    assert names(one(tmp_path)) == {"Dockerfile": 0o644, "sub/run": 0o755}


def test_a_folder_of_the_repository_joins_under_its_own_name(tmp_path: Path) -> None:
    for name in ("a/Dockerfile", "workloads/engine/main.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch(mode=0o644)
    found = names(one(tmp_path / "a", extra=(tmp_path / "workloads",)))
    assert found == {"Dockerfile": 0o644, "workloads/engine/main.py": 0o644}


def test_inputs_are_the_same_for_the_same_content(tmp_path: Path) -> None:
    for checkout in ("x", "y"):
        write_image(tmp_path / checkout, "a", "ARG ROOTFS_IMAGE\n")
    x, y = (load(root=tmp_path / checkout)[0].inputs(PARENTS) for checkout in ("x", "y"))
    assert x == y
    assert len(x) == 64


@pytest.mark.parametrize("changed", ["content", "name", "mode", "argument", "parent"])
def test_inputs_differ_where_anything_does(tmp_path: Path, changed: str) -> None:
    file = tmp_path / "run"
    file.write_text("one")
    file.chmod(0o644)
    before = one(tmp_path).inputs(PARENTS)
    if changed == "content":
        file.write_text("two")
    elif changed == "name":
        file.rename(tmp_path / "ran")
    elif changed == "mode":
        file.chmod(0o755)
    after = one(tmp_path, arguments={"EDITION": "apache"} if changed == "argument" else {})
    assert after.inputs({"rootfs": "s"} if changed == "parent" else PARENTS) != before


def test_its_test_does_not_decide_an_image(tmp_path: Path) -> None:
    before = one(tmp_path).inputs(PARENTS)
    (tmp_path / "test.sh").write_text("exit 0\n")
    assert one(tmp_path).inputs(PARENTS) == before

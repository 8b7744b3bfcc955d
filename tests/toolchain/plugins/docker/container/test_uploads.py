import base64
import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.toolchain.plugins.conftest import Secret
from tests.toolchain.plugins.docker.conftest import gone, refusal
from toolchain.plugins.docker.container.uploads import archives, content, scrub
from toolchain.plugins.framework import ProviderError

PASSWORD = "tick-tock-in-clear"


def entries(archive):
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        return {entry.name: entry for entry in opened.getmembers()}


def uploaded(daemon, container, path):
    """Content and mode of a file in a container."""
    stream, _ = daemon.get_archive(container, path)
    with tarfile.open(fileobj=io.BytesIO(b"".join(stream))) as opened:
        entry = opened.getmembers()[0]
        return opened.extractfile(entry).read(), oct(entry.mode & 0o777)


def test_content_in_its_three_forms(tmp_path):
    (tmp_path / "given").write_bytes(b"\x00 from a file")
    assert content({"file": "/f", "content": "text µ"}) == "text µ".encode()
    assert content({"file": "/f", "contentBase64": base64.b64encode(b"\x00\xff").decode()}) == b"\x00\xff"
    assert content({"file": "/f", "source": str(tmp_path / "given")}) == b"\x00 from a file"


def test_a_source_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(ProviderError) as failed:
        content({"file": "/etc/hft/f", "source": str(tmp_path / "none")})
    assert str(failed.value) == f"cannot read {tmp_path}/none to upload as /etc/hft/f: No such file or directory"


@pytest.mark.parametrize(
    ("upload", "mode"),
    [
        ({}, 0o644),
        ({"executable": False}, 0o644),
        ({"executable": True}, 0o744),
        ({"permissions": "0400"}, 0o400),
        ({"permissions": "0640", "executable": True}, 0o640),
    ],
)
def test_who_may_read_a_file(upload, mode):
    found = archives([{"file": "/f", "content": "x", **upload}], [], now=0)
    assert entries(found["/"])["f"].mode == mode


@pytest.mark.parametrize(
    ("file", "mounts", "folder", "name"),
    [
        ("/etc/hft/a", [], "/", "etc/hft/a"),
        ("/etc/hft/a", ["/etc/hft"], "/etc/hft", "a"),
        ("/etc/hft/b/a", ["/etc/hft", "/etc/hft/b"], "/etc/hft/b", "a"),
        ("/etc/hft2/a", ["/etc/hft"], "/", "etc/hft2/a"),
        ("/etc/hft", ["/etc/hft"], "/", "etc/hft"),
    ],
)
def test_a_file_goes_into_the_deepest_mount_that_holds_it(file, mounts, folder, name):
    found = archives([{"file": file, "content": "x"}], mounts, now=0)
    assert {key: list(entries(archive)) for key, archive in found.items()} == {folder: [name]}


def test_files_of_one_folder_travel_together():
    files = [{"file": "/a", "content": "1"}, {"file": "/m/b", "content": "2"}, {"file": "/c/d", "content": "3"}]
    found = archives(files, ["/m"], now=1700000000.5)
    assert {folder: sorted(entries(archive)) for folder, archive in found.items()} == {"/": ["a", "c/d"], "/m": ["b"]}
    assert entries(found["/m"])["b"].mtime == 1700000000


def test_lines_of_an_uploaded_file_are_scrubbed():
    files = [{"file": "/f", "content": f"user=bot\n  {PASSWORD}\n"}, {"file": "/g", "content": "short"}]
    assert scrub(f"short error: {PASSWORD}, user=bot", files) == "short error: [uploaded], [uploaded]"


def test_the_longest_line_is_scrubbed_first():
    files = [{"file": "/f", "content": "secret\nsecret-and-more"}]
    assert scrub("secret-and-more", files) == "[uploaded]"


def test_a_source_that_is_gone_scrubs_nothing(tmp_path):
    assert scrub("as it was", [{"file": "/f", "source": str(tmp_path / "gone")}]) == "as it was"


@given(st.text(min_size=6).filter(lambda text: len(text.splitlines()) == 1 and len(text.strip()) >= 6))
def test_no_line_survives(line):
    assert line.strip() not in scrub(f"<{line}>", [{"file": "/f", "content": line}]).replace("[uploaded]", "")


@pytest.mark.images
async def test_files_are_there_before_the_container_starts(plugin, daemon, image, name, tmp_path):
    (tmp_path / "run").write_text("#!/bin/sh\ncat /etc/hft/text /data/bytes\n")
    files = [
        {"file": "/etc/hft/text", "content": "µ\n", "permissions": "0444"},
        {"file": "/data/bytes", "contentBase64": base64.b64encode(b"\x01").decode()},
        {"file": "/tmp/run", "source": str(tmp_path / "run"), "permissions": "0755"},
    ]
    made = await plugin.up(
        "Container", name=name, image=image, command=["/tmp/run"], uploads=files, attach=True, logs=True, mustRun=False
    )
    assert made.state["containerLogs"] == "µ\n\x01"
    assert uploaded(daemon, made.id, "/etc/hft/text") == ("µ\n".encode(), "0o444")
    assert uploaded(daemon, made.id, "/data/bytes") == (b"\x01", "0o644")
    assert uploaded(daemon, made.id, "/tmp/run")[1] == "0o755"


@pytest.mark.images
async def test_a_secret_stays_secret_in_state(plugin, image, name):
    files = [
        {"file": "/etc/hft/open", "content": "open"},
        {"file": "/etc/hft/password", "content": Secret(PASSWORD)},
    ]
    made = await plugin.up("Container", name=name, image=image, command=["sleep", "60"], uploads=files)
    assert made.state["uploads"] == [
        {"file": "/etc/hft/open", "content": "open", "executable": False},
        {"file": "/etc/hft/password", "content": Secret(PASSWORD), "executable": False},
    ]
    await plugin.refresh(made)
    assert made.state["uploads"][1]["content"] == Secret(PASSWORD)
    assert made.inputs["uploads"][1]["content"] == Secret(PASSWORD)


@pytest.mark.images
async def test_a_read_only_root_takes_files_in_its_volumes(plugin, daemon, image, name):
    files = [{"file": "/etc/hft/secrets/password", "content": Secret(PASSWORD)}]
    made = await plugin.up("Container", name=name, image=image, command=["sleep", "60"], readOnly=True, uploads=files)
    assert daemon.inspect_container(made.id)["HostConfig"]["ReadonlyRootfs"] is True
    assert uploaded(daemon, made.id, "/etc/hft/secrets/password")[0] == PASSWORD.encode()


@pytest.mark.images
async def test_a_read_only_root_takes_no_files_outside_and_nothing_is_left(plugin, daemon, image, name):
    files = [{"file": "/tmp/password", "content": Secret(PASSWORD)}]
    said = await refusal(
        plugin.up("Container", name=name, image=image, command=["sleep", "60"], readOnly=True, uploads=files)
    )
    assert said == f"cannot upload files into / of container {name}: container rootfs is marked read-only"
    assert gone(daemon, name)


@pytest.mark.images
async def test_a_source_that_is_gone_at_up_leaves_nothing(plugin, daemon, image, name, tmp_path):
    files = [{"file": "/etc/hft/f", "source": str(tmp_path / "none")}]
    said = await refusal(plugin.up("Container", name=name, image=image, command=["sleep", "60"], uploads=files))
    assert said == f"cannot read {tmp_path}/none to upload as /etc/hft/f: No such file or directory"
    assert gone(daemon, name)


@pytest.mark.images
@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"content": "second"}, "uploads[0]"),
        ({"permissions": "0400"}, "uploads[0]"),
        ({"sourceHash": "2"}, "uploads[0]"),
    ],
)
async def test_any_change_of_a_file_replaces(plugin, change, path):
    old = {"image": "i", "uploads": [{"file": "/f", "content": "first"}]}
    new = {"image": "i", "uploads": [{"file": "/f", "content": "first", **change}]}
    diff = await plugin.plugin.diff("Container", old, new)
    assert diff["replaces"] == ["uploads"]
    assert diff["paths"] == {path: "UPDATE_REPLACE"}

"""Check and diff as the engine calls them. Agreement with the published schema is in test_schema.py."""

import pytest

from toolchain.plugins.docker.plugin import provider
from toolchain.plugins.framework import UNKNOWN

UPDATES = {
    "restart": ("no", "always"),
    "maxRetryCount": (1, 2),
    "memory": (64, 96),
    "memoryReservation": (32, 48),
    "memorySwap": (128, 256),
    "cpuSet": ("0", "0,1"),
    "cpuShares": (512, 1024),
    "deviceReadBps": ([{"path": "/dev/a", "rate": 1}], [{"path": "/dev/a", "rate": 2}]),
    "deviceReadIops": ([{"path": "/dev/a", "rate": 1}], [{"path": "/dev/a", "rate": 2}]),
    "deviceWriteBps": ([{"path": "/dev/a", "rate": 1}], [{"path": "/dev/a", "rate": 2}]),
    "deviceWriteIops": ([{"path": "/dev/a", "rate": 1}], [{"path": "/dev/a", "rate": 2}]),
    "healthcheck": ({"retries": 1}, {"retries": 2}),
    "init": (False, True),
    "tmpfs": ({"/t": ""}, {"/t": "size=1m"}),
    "cpuPeriod": (1000, 2000),
    "cpuQuota": (1000, 2000),
    "destroyGraceSeconds": (5, 10),
    "removeVolumes": (True, False),
    "wait": (False, True),
    "waitTimeout": (60, 90),
}
REPLACES = {
    "name": ("a", "b"),
    "image": ("sha256:1", "sha256:2"),
    "command": (["a"], ["b"]),
    "entrypoints": (["a"], ["b"]),
    "envs": (["A=1"], ["A=2"]),
    "labels": ([{"label": "a", "value": "1"}], [{"label": "a", "value": "2"}]),
    "user": ("1", "2"),
    "workingDir": ("/a", "/b"),
    "hostname": ("a", "b"),
    "stopSignal": ("SIGTERM", "SIGINT"),
    "stopTimeout": (1, 2),
    "networkMode": ("bridge", "host"),
    "networksAdvanced": ([{"name": "a"}], [{"name": "b"}]),
    "ports": ([{"internal": 1, "external": 2}], [{"internal": 1, "external": 3}]),
    "hosts": ([{"host": "a", "ip": "1"}], [{"host": "a", "ip": "2"}]),
    "volumes": ([{"containerPath": "/a"}], [{"containerPath": "/b"}]),
    "mounts": ([{"type": "tmpfs", "target": "/a"}], [{"type": "tmpfs", "target": "/b"}]),
    "readOnly": (False, True),
    "shmSize": (64, 128),
    "logDriver": ("json-file", "local"),
    "logOpts": ({"max-size": "1m"}, {"max-size": "2m"}),
    "capabilities": ({"adds": ["IPC_LOCK"]}, {"adds": ["SYS_NICE"]}),
    "privileged": (False, True),
    "securityOpts": (["a"], ["b"]),
    "pidMode": ("", "host"),
    "ipcMode": ("private", "host"),
    "sysctls": ({"a": "1"}, {"a": "2"}),
    "ulimits": ([{"name": "memlock", "soft": 1, "hard": 1}], [{"name": "memlock", "soft": -1, "hard": -1}]),
    "devices": ([{"hostPath": "/dev/a"}], [{"hostPath": "/dev/b"}]),
    "cpus": ("1", "2"),
    "runtime": ("runc", "other"),
}
SAME = {
    "networksAdvanced": (
        [{"name": "a", "aliases": ["x", "y"]}, {"name": "b"}],
        [{"name": "b"}, {"name": "a", "aliases": ["y", "x"]}],
    ),
    "envs": (["A=1", "B=2"], ["B=2", "A=1"]),
    "capabilities": ({"adds": ["CAP_IPC_LOCK"], "drops": ["all"]}, {"adds": ["ipc_lock"], "drops": ["ALL"]}),
    "healthcheck": ({"interval": "90s"}, {"interval": "1m30s"}),
    "user": ("10001", ""),
    "privileged": (False, None),
    "command": (["a"], None),
    "hostname": ("h", None),
}


@pytest.fixture
async def table(serve):
    """The provider without a daemon: check, diff and preview need none."""
    return await serve(provider())


async def diff(table, name, old, new):
    before, after = ({"image": "i"} | ({} if value is None else {name: value}) for value in (old, new))
    return await table.diff("Container", before, after)


@pytest.mark.parametrize("name", UPDATES)
async def test_what_updates_in_place(table, name):
    found = await diff(table, name, *UPDATES[name])
    assert (found["changes"], found["replaces"], found["delete_before_replace"]) == (True, [], False)


@pytest.mark.parametrize("name", REPLACES)
async def test_what_replaces_and_deletes_first(table, name):
    found = await diff(table, name, *REPLACES[name])
    assert (found["changes"], found["replaces"], found["delete_before_replace"]) == (True, [name], True)


@pytest.mark.parametrize("name", SAME)
async def test_what_is_no_change(table, name):
    assert (await diff(table, name, *SAME[name]))["paths"] == {}


async def test_the_order_of_ports_is_a_change(table):
    ports = [{"internal": 1}, {"internal": 2}]
    assert (await diff(table, "ports", ports, ports[::-1]))["replaces"] == ["ports"]


async def test_defaults_are_the_official_plugins(table):
    inputs, failures = await table.check("Container", {"image": "i", "name": "n"})
    assert failures == []
    assert inputs == {
        "image": "i",
        "name": "n",
        "tty": False,
        "stdinOpen": False,
        "networkMode": "bridge",
        "readOnly": False,
        "removeVolumes": True,
        "memoryReservation": 0,
        "restart": "no",
        "start": True,
        "mustRun": True,
        "attach": False,
        "logs": False,
        "wait": False,
        "waitTimeout": 60,
        "rm": False,
        "containerReadRefreshTimeoutMilliseconds": 15000,
    }


async def test_defaults_inside_lists_are_filled_in(table):
    given = {
        "ports": [{"internal": 1}],
        "uploads": [{"file": "/f", "content": "x"}],
        "healthcheck": {"tests": ["NONE"]},
        "devices": [{"hostPath": "/dev/a"}],
        "deviceRequests": [{}],
    }
    inputs, failures = await table.check("Container", {"image": "i", **given})
    assert failures == []
    assert {name: inputs[name] for name in given} == {
        "ports": [{"internal": 1, "ip": "0.0.0.0", "protocol": "tcp"}],
        "uploads": [{"file": "/f", "content": "x", "executable": False}],
        "healthcheck": {
            "tests": ["NONE"],
            "interval": "0s",
            "timeout": "0s",
            "startPeriod": "0s",
            "startInterval": "0s",
            "retries": 0,
        },
        "devices": [{"hostPath": "/dev/a", "permissions": "rwm"}],
        "deviceRequests": [{"driver": "cdi", "count": 0}],
    }


BAD = [
    ({"image": ""}, "image", "property image='': must not be empty"),
    ({"cpuSet": "2-"}, "cpuSet", "property cpuSet='2-': must be a list of cores such as 2-3 or 0,2"),
    ({"cpus": "two"}, "cpus", "property cpus='two': must be a number of cores such as 1.5"),
    ({"memory": -1}, "memory", "property memory=-1: must be at least 0 MB"),
    ({"memorySwap": -2}, "memorySwap", "property memorySwap=-2: must be at least -1 MB"),
    ({"memory": "64m"}, "memory", "property memory='64m' has the wrong type: expected an integer"),
    (
        {"restart": "sometimes"},
        "restart",
        "property restart='sometimes': must be one of 'no', 'on-failure', 'always', 'unless-stopped'",
    ),
    ({"waitTimeout": 0}, "waitTimeout", "property waitTimeout=0: must be at least 1 s"),
    ({"destroyGraceSeconds": -1}, "destroyGraceSeconds", "property destroyGraceSeconds=-1: must be at least 0 s"),
    ({"command": [""]}, "command[0]", "property command[0]='': must not be empty"),
    (
        {"healthcheck": {"interval": "5"}},
        "healthcheck.interval",
        "property healthcheck.interval='5': must be a duration such as 500ms, 10s or 1m30s",
    ),
    (
        {"uploads": [{"file": "relative", "content": "x"}]},
        "uploads[0].file",
        "property uploads[0].file='relative': must be an absolute path of a file",
    ),
    (
        {"uploads": [{"file": "/folder/", "content": "x"}]},
        "uploads[0].file",
        "property uploads[0].file='/folder/': must be an absolute path of a file",
    ),
    (
        {"uploads": [{"file": "/f", "content": "x", "permissions": "644"}]},
        "uploads[0].permissions",
        "property uploads[0].permissions='644': must be four octal digits such as 0644",
    ),
    (
        {"uploads": [{"file": "/f", "contentBase64": "no base64"}]},
        "uploads[0].contentBase64",
        "property uploads[0].contentBase64='no base64': must be base64",
    ),
    (
        {"uploads": [{"file": "/f"}]},
        "uploads[0]",
        "property uploads[0] (/f) needs one of content, contentBase64 or source, and not empty",
    ),
    (
        {"volumes": [{"containerPath": "/d", "hostPath": "relative"}]},
        "volumes[0].hostPath",
        "property volumes[0].hostPath='relative': must be an absolute path",
    ),
    (
        {"mounts": [{"target": "/t", "type": "nfs"}]},
        "mounts[0].type",
        "property mounts[0].type='nfs': must be one of 'bind', 'volume', 'tmpfs'",
    ),
    ({"cpu_set": "0"}, "cpu_set", "property cpu_set unknown: did you mean cpuSet?"),
]


@pytest.mark.parametrize(("given", "path", "reason"), BAD, ids=[reason[:40] for _, _, reason in BAD])
async def test_inputs_that_cannot_be(table, given, path, reason):
    assert await table.failures("Container", {"image": "i", **given}) == [(path, reason)]


async def test_an_image_is_required(table):
    assert await table.failures("Container", {}) == [("image", "property image is required and missing")]


async def test_inputs_that_are_unknown_at_preview_pass(table):
    given = {
        "image": UNKNOWN,
        "cpuSet": UNKNOWN,
        "memory": UNKNOWN,
        "uploads": [{"file": "/f", "content": UNKNOWN}],
        "networksAdvanced": [{"name": UNKNOWN, "ipv4Address": UNKNOWN}],
        "healthcheck": {"tests": UNKNOWN, "interval": UNKNOWN},
    }
    inputs, failures = await table.check("Container", given)
    assert failures == []
    resource_id, state = await table.create("Container", inputs, preview=True)
    assert resource_id == ""
    assert state["uploads"] == [{"file": "/f", "content": UNKNOWN, "executable": False}]
    assert {"networkDatas", "exitCode", "containerLogs", "bridge"} <= {k for k, v in state.items() if v is UNKNOWN}


async def test_an_unknown_image_replaces_at_preview(table):
    assert (await diff(table, "image", "sha256:1", UNKNOWN))["replaces"] == ["image"]


async def test_without_a_name_it_gets_one_from_its_logical_name_and_keeps_it(table):
    inputs, _ = await table.check("Container", {"image": "i"}, name="engine")
    assert inputs["name"].startswith("engine-")
    again, _ = await table.check("Container", {"image": "j"}, inputs, name="engine")
    assert again["name"] == inputs["name"]

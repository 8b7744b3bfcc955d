"""What a container's cgroup tells of throttling, as both versions of cgroups lay it out."""

from pathlib import Path

import pytest

from workloads.engine.cgroup import Throttled, involuntary_switches, parse, throttled

V1 = "nr_periods 4\nnr_throttled 2\nthrottled_time 118596692\nnr_bursts 0\nburst_time 0\n"
V2 = "usage_usec 9\nuser_usec 5\nsystem_usec 4\nnr_periods 40\nnr_throttled 3\nthrottled_usec 250000\n"
ID = "docker/0a1b"


def mounted(folder: Path, own: str, files: dict[str, str]) -> Throttled | None:
    (folder / "cgroup").write_text(own)
    for place, text in files.items():
        file = folder / "fs" / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return throttled(folder / "fs", folder / "cgroup")


def test_v1_counts_in_nanoseconds() -> None:
    assert parse(V1) == Throttled(2, 0.118596692)


def test_v2_counts_in_microseconds() -> None:
    assert parse(V2) == Throttled(3, 0.25)


def test_the_root_of_v2_tells_of_no_throttling() -> None:
    assert parse("usage_usec 9\nuser_usec 5\nsystem_usec 4\n") is None


@pytest.mark.parametrize(
    ("own", "files", "periods"),
    [
        pytest.param("0::/\n", {"cpu.stat": V2}, 3, id="v2, a namespace of its own"),
        pytest.param(f"0::/{ID}\n", {f"{ID}/cpu.stat": V2, "cpu.stat": "usage_usec 9\n"}, 3, id="v2, the host's"),
        pytest.param(f"8:pids:/{ID}\n2:cpu:/{ID}\n", {"cpu/cpu.stat": V1}, 2, id="v1, the container's own mount"),
        pytest.param(
            f"4:cpu,cpuacct:/{ID}\n0::/\n",
            {f"cpu,cpuacct/{ID}/cpu.stat": V1, "cpu,cpuacct/cpu.stat": V1.replace("led 2", "led 9")},
            2,
            id="v1, the host's mount, beside an empty v2",
        ),
    ],
)
def test_the_own_cgroup_is_found(tmp_path: Path, own: str, files: dict[str, str], periods: int) -> None:
    found = mounted(tmp_path, own, files)

    assert found is not None
    assert found.periods == periods


@pytest.mark.parametrize(
    ("own", "files"),
    [
        pytest.param("0::/\n", {"cpu.stat": "usage_usec 9\n"}, id="no quota can be seen"),
        pytest.param("8:pids:/x\n", {"pids/cpu.stat": V1}, id="no controller of CPUs"),
        pytest.param("2:cpu:/x\n", {}, id="no file"),
    ],
)
def test_where_nothing_tells_it_nothing_is_said(tmp_path: Path, own: str, files: dict[str, str]) -> None:
    assert mounted(tmp_path, own, files) is None


def test_without_cgroups_nothing_is_said(tmp_path: Path) -> None:
    assert throttled(tmp_path, tmp_path / "missing") is None


def test_the_kernel_counts_switches() -> None:
    before = involuntary_switches()

    assert involuntary_switches() >= before >= 0

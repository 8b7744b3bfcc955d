from dataclasses import replace

from ops.bench.monitoring.scale.measure import Load, left_out, table

LOAD = Load(
    hosts=12,
    samples_per_second=12_345.6,
    series=40_000,
    memory_mib=301.4,
    cpus=0.256,
    slowest_group="trading",
    slowest_group_seconds=0.0123,
    rounds_left_out=0,
)


def test_a_load_is_a_line_of_the_table() -> None:
    assert LOAD.row() == "| 12 | 12,346 | 40,000 | 301 | 0.26 | trading, 12 | 0 |\n"
    assert table([LOAD]).endswith(f"|---|---|---|---|---|---|---|\n{LOAD.row()}")


def test_the_most_hosts_have_to_be_in_time() -> None:
    late = replace(LOAD, hosts=100, rounds_left_out=3)

    assert (left_out([LOAD]).measure, left_out([LOAD]).passed) == ("rounds of rules left out, 12 hosts", True)
    assert (left_out([LOAD, late]).value, left_out([late, LOAD]).passed) == (3, False)

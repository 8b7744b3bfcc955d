from ops.bench.monitoring.scale.measure import Load, table

LOAD = Load(
    hosts=12,
    samples_per_second=12_345.6,
    series=40_000,
    memory_mib=301.4,
    cpus=0.256,
    slowest_group_seconds=0.0123,
    rounds_left_out=0,
)


def test_a_load_is_a_line_of_the_table() -> None:
    assert LOAD.row() == "| 12 | 12,346 | 40,000 | 301 | 0.26 | 12 | 0 |\n"
    assert table([LOAD]).endswith(f"|---|---|---|---|---|---|---|\n{LOAD.row()}")

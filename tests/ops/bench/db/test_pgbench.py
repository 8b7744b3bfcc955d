import pytest

from ops.bench.db.pgbench import Load, Run, Target, Transaction, parse, percentile

# client, number, elapsed µs, script, epoch, µs
LOG = """\
0 1 900 0 1764343000 100
1 1 400 1 1764343000 200
0 2 100 0 1764343000 300
"""
TARGET = Target(5432, "hft_writer")


def test_a_load_is_asked_by_prepared_statements_and_logged() -> None:
    load = Load({"SELECT 1": 3, "SELECT 2": 1}, clients=16, seconds=10)

    assert load.arguments(TARGET, ["/a", "/b"], log="/tmp/it") == [
        *("pgbench", "--no-vacuum", "--protocol=prepared", "--log", "--log-prefix=/tmp/it"),
        *("--client=16", "--jobs=2", "--time=10", "--file=/a@3", "--file=/b@1"),
        *("--host=127.0.0.1", "--port=5432", "--username=hft_writer", "hft"),
    ]


def test_a_load_by_the_clock_says_its_rate() -> None:
    assert "--rate=500" in Load({"": 1}, clients=1, seconds=1, rate=500).arguments(TARGET, ["/a"], log="/tmp/it")


def test_a_load_of_so_many_transactions_takes_as_long_as_they_do() -> None:
    load = Load({"": 1}, clients=1, seconds=10, transactions=500)

    assert "--transactions=500" in load.arguments(TARGET, ["/a"], log="/tmp/it")
    assert "--time=10" not in load.arguments(TARGET, ["/a"], log="/tmp/it")
    # 1.1 ms from the beginning of the first to the end of the last.
    assert parse(LOG, seconds=None).rate == pytest.approx(3 / 0.0011)


def test_a_log_becomes_transactions() -> None:
    run = parse(LOG, seconds=2)

    assert run.transactions == [
        Transaction(script=0, elapsed_us=900, ended_us=1764343000_000100),
        Transaction(script=1, elapsed_us=400, ended_us=1764343000_000200),
        Transaction(script=0, elapsed_us=100, ended_us=1764343000_000300),
    ]
    assert run.transactions[0].began_us == 1764342999_999200
    assert (run.rate, run.ms(0.5), run.ms(0.99)) == (1.5, 0.4, 0.9)


def test_a_log_by_the_clock_has_one_field_more() -> None:
    assert parse("0 1 900 0 1764343000 100 25\n", seconds=1) == Run(1, [Transaction(0, 900, 1764343000_000100)])


def test_an_empty_log_is_no_run() -> None:
    with pytest.raises(ValueError, match=r"^no transaction in this time; is the machine too busy to connect\?$"):
        parse("", seconds=1)


def test_a_transaction_without_a_time_is_no_run() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        parse("0 1 failed 0 1764343000 100\n", seconds=1)


@pytest.mark.parametrize(
    ("share", "expected"), [(0, 1), (0.5, 50), (0.501, 51), (0.99, 99), (0.999, 100), (1, 100)], ids=str
)
def test_a_percentile_is_a_value_that_was_seen(share: float, expected: int) -> None:
    assert percentile(range(1, 101), share) == expected

from datetime import UTC, datetime
from pathlib import Path

from components.backup.agent import recovery


def settings(into: Path) -> dict[str, str]:
    lines = into.with_suffix(".conf").read_text().splitlines()
    return {name: value[1:-1] for name, _, value in (line.partition(" = ") for line in lines)}


def test_a_copy_recovers_by_a_file_of_its_own_with_one_target(tmp_path: Path) -> None:
    into = tmp_path / "copy"
    argv = recovery._argv("hft-dev", into, datetime(2026, 11, 28, 14, 2, tzinfo=UTC), {})
    found = settings(into)

    assert argv[1:] == ["-D", str(into), "-c", f"config_file={tmp_path / 'copy.conf'}"]
    assert [name for name in found if name.startswith("recovery_target")] == [
        "recovery_target_timeline",
        "recovery_target_action",
        "recovery_target_time",
    ]
    assert found["recovery_target_time"] == "2026-11-28T14:02:00+00:00"
    assert found["restore_command"].endswith('archive-get %f "%p"')
    assert (found["archive_mode"], found["listen_addresses"]) == ("off", "")


def test_without_a_time_it_recovers_to_the_end_of_the_archive(tmp_path: Path) -> None:
    recovery._argv("hft-dev", tmp_path / "copy", None, {})

    assert "recovery_target_time" not in settings(tmp_path / "copy")


def test_a_quote_in_a_value_stays_a_quote(tmp_path: Path) -> None:
    recovery.server_argv(tmp_path / "copy", {"cluster_name": "it's"})

    assert "cluster_name = 'it''s'\n" in (tmp_path / "copy.conf").read_text()


def test_the_last_transaction_is_read_from_the_log(tmp_path: Path) -> None:
    line = "LOG:  last completed transaction was at log time 2026-11-28 14:01:59.5+00"
    (tmp_path / "copy.log").write_text(f"LOG:  redo done\n{line}\n")

    assert recovery.replayed_to(tmp_path / "copy") == "2026-11-28 14:01:59.5+00"
    (tmp_path / "copy.log").write_text("LOG:  redo is not required\n")
    assert recovery.replayed_to(tmp_path / "copy") is None

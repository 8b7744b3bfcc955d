from pathlib import Path

import pytest

from components.backup.agent.pgbackrest import PgBackRestError, argv, call, errors

SAID = """\
2026-11-28 16:07:25.123 P00   INFO: stanza-create command begin 2.55.1
2026-11-28 16:07:25.223 P00  ERROR: [058]: version '17' and path '/a' queried from cluster do not match
                                    HINT: the pg1-path and pg1-port settings likely reference different clusters.
2026-11-28 16:07:25.224 P00   INFO: stanza-create command end: aborted with exception [058]
"""


def test_errors_are_whole_and_without_the_rest() -> None:
    assert errors(SAID) == (
        "[058]: version '17' and path '/a' queried from cluster do not match "
        "HINT: the pg1-path and pg1-port settings likely reference different clusters."
    )
    assert errors("P00   INFO: nothing happened\n") == ""


def test_a_command_names_files_and_no_secret() -> None:
    assert argv("hft-dev", "info") == [
        *("pgbackrest", "--config=/etc/hft/pgbackrest.conf", "--config-include-path=/run/secrets"),
        *("--stanza=hft-dev", "info"),
    ]
    assert argv("hft-dev", "backup", gentle=True)[:6] == ["nice", "-n", "19", "ionice", "-c", "3"]


def test_bytes_that_are_no_text_are_told_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "pgbackrest"
    program.write_text("#!/bin/sh\nprintf 'P00  ERROR: [029]: expected = but got \\302x\\n' >&2\nexit 29\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")

    with pytest.raises(PgBackRestError) as told:
        call("hft-dev", "info")

    assert (str(told.value), told.value.code) == (r"[029]: expected = but got \xc2x", 29)

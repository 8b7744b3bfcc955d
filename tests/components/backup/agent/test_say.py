import json
import re

import pytest

from components.backup.agent.say import say, to_stderr, warn


def test_a_container_that_serves_writes_json(capsys: pytest.CaptureFixture[str]) -> None:
    to_stderr(serves=True)
    say('backup of "tsdb-0" begins')

    line = json.loads(capsys.readouterr().err)

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", line.pop("ts"))
    assert line == {"level": "info", "logger": "backup", "event": 'backup of "tsdb-0" begins'}


def test_what_went_wrong_is_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    to_stderr(serves=True)
    warn("repository: refused")

    line = json.loads(capsys.readouterr().err)

    assert (line["level"], line["event"]) == ("warning", "repository: refused")


def test_a_command_writes_text(capsys: pytest.CaptureFixture[str]) -> None:
    to_stderr(serves=False)
    say("restoring")

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ restoring\n", capsys.readouterr().err)

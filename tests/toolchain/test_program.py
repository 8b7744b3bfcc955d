"""Where a program starts, and what a reader sees of its errors."""

import json
from pathlib import Path

import pytest
from pulumi.runtime.proto import language_pb2

from toolchain.program import entry_point, readable


def request(folder: Path, entry: str) -> language_pb2.RunRequest:
    info = language_pb2.ProgramInfo(program_directory=str(folder), entry_point=entry)
    return language_pb2.RunRequest(pwd=str(folder), info=info)


def test_a_folder_is_entered_at_its_main(tmp_path: Path) -> None:
    assert entry_point(request(tmp_path, ".")) == tmp_path / "__main__.py"


def test_main_may_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "stack.py").touch()
    assert entry_point(request(tmp_path, "stack.py")) == tmp_path / "stack.py"


def test_main_may_be_a_folder_below(tmp_path: Path) -> None:
    (tmp_path / "stacks").mkdir()
    assert entry_point(request(tmp_path, "stacks")) == tmp_path / "stacks" / "__main__.py"


def test_an_engine_that_sends_no_info_names_folder_and_program(tmp_path: Path) -> None:
    (tmp_path / "stack.py").touch()
    assert entry_point(language_pb2.RunRequest(pwd=str(tmp_path), program="stack.py")) == tmp_path / "stack.py"


def test_an_error_is_shown_with_the_program_s_frames() -> None:
    with pytest.raises(json.JSONDecodeError) as raised:
        json.loads("{")
    lines = readable(raised.value).splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert f'File "{__file__}"' in lines[1]
    assert (
        lines[-1]
        == "json.decoder.JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"
    )


def test_a_cause_is_shown_before_it() -> None:
    error = ValueError("outer")
    error.__cause__ = KeyError("inner")
    assert readable(error).splitlines() == [
        "KeyError: 'inner'",
        "",
        "The above exception was the direct cause of the following exception:",
        "",
        "ValueError: outer",
    ]

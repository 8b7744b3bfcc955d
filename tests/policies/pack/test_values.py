import pytest
from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct
from pulumi_policy.proxy import UnknownValueError

from policies.pack.values import Opened, as_secret, is_secret, known, noting, opened
from tests.policies.given import UNKNOWN, secret


def read(**inputs: object) -> Opened:
    return opened(ParseDict(inputs, Struct()))


def test_whole_numbers_are_whole() -> None:
    inputs = read(memory=1024, share=0.5).inputs

    assert repr((inputs["memory"], inputs["share"])) == "(1024, 0.5)"


def test_a_secret_is_open_and_remembered() -> None:
    found = read(envs=["A=1", secret("B=hunter2")], uploads=[secret({"file": "/x", "parts": ["one", 42]})])

    assert list(found.inputs["envs"]) == ["A=1", "B=hunter2"]
    assert found.inputs["uploads"][0]["file"] == "/x"
    assert found.secrets == {"B=hunter2", "/x", "one", "42"}


def test_a_secret_in_a_secret_is_open_too() -> None:
    found = read(envs=secret(["A", secret("B")]))

    assert (list(found.inputs["envs"]), found.secrets) == (["A", "B"], {"A", "B"})


def test_an_unknown_is_refused_where_it_is_read() -> None:
    inputs = read(image="x", ports=[{"ip": UNKNOWN}]).inputs

    assert inputs["image"] == "x"
    with pytest.raises(UnknownValueError) as raised:
        inputs["ports"][0]["ip"]
    assert raised.value.props == ["ports", "0", "ip"]


def test_what_a_provider_has_yet_to_fill_in_is_as_it_was_asked_for() -> None:
    asked = ParseDict({"command": ["a", UNKNOWN], "memory": 1, "image": "asked"}, Struct())
    now = {"command": UNKNOWN, "envs": [UNKNOWN], "memory": 2, "ports": [{"ip": "x"}]}
    found = opened(ParseDict(now, Struct()), asked).inputs

    assert (set(found), found["memory"], found["image"]) == ({"command", "memory", "ports", "image"}, 2, "asked")
    assert found["command"][0] == "a"


def test_what_is_known_of_all_is_as_it_is() -> None:
    asked = ParseDict({"memory": 1, "image": "asked"}, Struct())

    assert dict(opened(ParseDict({"memory": 2}, Struct()), asked).inputs) == {"memory": 2}


def test_who_notes_what_is_not_known_reads_on() -> None:
    noted: list[list[str]] = []
    inputs = noting(
        read(image="x", command=["a", UNKNOWN, "b"], ports=[{"ip": UNKNOWN, "internal": 1}]).inputs,
        lambda path: noted.append(list(path)),
    )

    assert (len(inputs), set(inputs), inputs["image"]) == (3, {"image", "command", "ports"}, "x")
    assert list(inputs["command"]) == ["a", None, "b"]
    assert dict(inputs["ports"][0]) == {"ip": None, "internal": 1}
    assert (len(inputs["ports"]), inputs.get("memory")) == (1, None)
    assert noted == [["command", "1"], ["ports", "0", "ip"]]


def test_what_a_reader_can_do_without_is_not_noted() -> None:
    noted: list[list[str]] = []
    inputs = read(image="x", memory=UNKNOWN).inputs
    notes = noting(inputs, lambda path: noted.append(list(path)))

    assert [known(each, name) for each in (inputs, notes) for name in ("image", "memory", "cpuSet")] == [
        *("x", None, None),
        *("x", None, None),
    ]
    assert known(notes, "memory", "?") == "?"
    assert noted == []


def test_a_mark_is_put_and_seen() -> None:
    assert is_secret(as_secret("x"))
    assert as_secret("x") == secret("x")
    assert not is_secret({"value": "x"})

import pytest
from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct
from pulumi_policy.proxy import UnknownValueError

from policies.pack.values import Opened, as_secret, is_secret, opened
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


def test_a_mark_is_put_and_seen() -> None:
    assert is_secret(as_secret("x"))
    assert as_secret("x") == secret("x")
    assert not is_secret({"value": "x"})

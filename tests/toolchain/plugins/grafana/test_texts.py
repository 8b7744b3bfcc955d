import pytest

from toolchain.plugins.framework import UNKNOWN
from toolchain.plugins.grafana.texts import compact, duration_problem, json_problem, same_duration, same_json


def test_json_is_written_as_go_writes_it():
    value = {"b": 1.0, "a": [True, None, "é<&>"], "c": 1.5}
    assert compact(value) == '{"a":[true,null,"é\\u003c\\u0026\\u003e"],"b":1,"c":1.5}'


@pytest.mark.parametrize(("old", "new"), [('{"a": 1, "b": 2}', '{"b":2,"a":1}'), ("", "{}"), ("no json", "no json")])
def test_json_that_means_the_same(old, new):
    assert same_json(old, new)


@pytest.mark.parametrize(("old", "new"), [('{"a": 1}', '{"a": 2}'), ("", '{"a": 1}'), ("no json", "{}")])
def test_json_that_does_not(old, new):
    assert not same_json(old, new)


@pytest.mark.parametrize("other", [None, UNKNOWN])
def test_what_is_absent_or_unknown_equals_nothing(other):
    assert not same_json(other, "{}")
    assert not same_duration("0", other)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{}", None),
        ("[]", "must be a JSON object"),
        ("{", "must be JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
    ],
)
def test_json_objects(text, problem):
    assert json_problem(text) == problem


@pytest.mark.parametrize(("old", "new"), [("60m", "1h"), ("1h30m", "90m"), ("0", ""), ("1d", "24h"), ("500ms", "0.5s")])
def test_durations_of_one_length(old, new):
    assert same_duration(old, new)


@pytest.mark.parametrize(("old", "new"), [("1m", "1h"), ("", "1s"), ("1m", "1ms")])
def test_durations_of_two_lengths(old, new):
    assert not same_duration(old, new)


@pytest.mark.parametrize("text", ["", "0", "30s", "1h30m", "2d", "1w"])
def test_durations(text):
    assert duration_problem(text) is None


@pytest.mark.parametrize("text", ["30", "s", "1 h", "-5m", "soon"])
def test_texts_that_are_no_duration(text):
    assert duration_problem(text) == "must be a duration such as 30s, 5m, 1h30m or 2d"

import yaml

from components._common.render import to_json, to_yaml

DOCUMENT = {"zone": "x" * 200 + " y", "active": True, "list": [1, {"b": None, "a": "yes"}]}


def test_yaml_keeps_the_order_and_breaks_no_line() -> None:
    assert to_yaml(DOCUMENT) == f"zone: {'x' * 200} y\nactive: true\nlist:\n- 1\n- b: null\n  a: 'yes'\n"


def test_yaml_reads_back_as_it_was() -> None:
    assert yaml.safe_load(to_yaml(DOCUMENT)) == DOCUMENT


def test_yaml_has_no_names_for_what_stands_in_two_places() -> None:
    twice = ["a"]

    assert to_yaml({"one": twice, "other": twice}) == "one:\n- a\nother:\n- a\n"


def test_json_is_indented_in_the_order_given_and_ends_with_a_newline() -> None:
    assert to_json({"b": [1], "a": {}}) == '{\n  "b": [\n    1\n  ],\n  "a": {}\n}\n'

from pulumi.provider.experimental.property_value import PropertyValue

from tests.toolchain.plugins.conftest import UNKNOWN, Secret, from_wire, to_wire
from toolchain.plugins.framework import listing, mapping, record, string
from toolchain.plugins.framework.values import outputs

TABLE = {
    "name": string(),
    "doors": listing(record({"colour": string(), "key": string(secret=True)})),
    "rooms": mapping(record({"key": string(secret=True)})),
    "all": mapping(secret=True),
}


def state(results, echo):
    marked = outputs(results, {key: to_wire(value) for key, value in echo.items()}, TABLE)
    assert all(isinstance(value, PropertyValue) for value in marked.values())
    return {key: from_wire(value) for key, value in marked.items()}


def test_what_is_secret_inside_a_list_or_a_map_is_marked_there():
    given = {"name": "n", "doors": [{"colour": "red", "key": "k"}], "rooms": {"a": {"key": "k"}}, "all": {"x": "k"}}
    assert state({}, given) == {
        "name": "n",
        "doors": [{"colour": "red", "key": Secret("k")}],
        "rooms": {"a": {"key": Secret("k")}},
        "all": Secret({"x": "k"}),
    }


def test_what_the_server_tells_is_marked_too():
    assert state({"doors": [{"key": "new"}]}, {}) == {"doors": [{"key": Secret("new")}]}


def test_a_list_that_held_a_secret_stays_secret_as_a_whole_when_it_changes():
    echo = {"doors": [{"colour": Secret("red"), "key": "k"}]}
    assert state({"doors": [{"colour": "blue"}]}, echo) == {"doors": Secret([{"colour": "blue"}])}


def test_what_is_not_known_yet_keeps_its_mark():
    echo = {"doors": [{"key": UNKNOWN}], "all": UNKNOWN}
    marked = outputs({}, {key: to_wire(value) for key, value in echo.items()}, TABLE)
    assert marked["doors"].contains_secret()
    assert marked["all"].is_secret


async def test_a_check_marks_what_the_program_gave_in_clear(plugin):
    inputs, failures = await plugin.check("Thing", {"name": "n", "key": "k"})
    assert (failures, inputs["key"], inputs["name"]) == ([], Secret("k"), "n")

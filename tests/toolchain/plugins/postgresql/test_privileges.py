import pytest

from toolchain.plugins.postgresql import privileges


@pytest.mark.parametrize("object_type", privileges.ALLOWED)
def test_every_type_knows_all(object_type):
    assert privileges.problem(object_type, ["ALL", *privileges.ALLOWED[object_type]]) is None


@pytest.mark.parametrize(
    ("object_type", "given", "wrong", "expected"),
    [
        ("schema", ["USAGE", "SELECT"], ["SELECT"], "ALL, CREATE, USAGE"),
        ("function", ["execute"], ["execute"], "ALL, EXECUTE"),
    ],
)
def test_what_a_type_does_not_know(object_type, given, wrong, expected):
    assert privileges.problem(object_type, given) == (
        f"privileges={wrong} not known for object type {object_type!r}: expected some of {expected}"
    )


def test_all_means_what_the_server_version_knows():
    table = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"]
    assert privileges.as_wanted(table, ["ALL"], "table", 160004)
    assert not privileges.as_wanted(table, ["ALL"], "table", 170000)
    assert privileges.as_wanted([*table, "MAINTAIN"], ["ALL"], "table", 170000)


def test_order_does_not_matter_and_more_is_not_wanted():
    assert privileges.as_wanted(["USAGE", "CREATE"], ["CREATE", "USAGE"], "schema", 170000)
    assert not privileges.as_wanted(["USAGE", "CREATE"], ["USAGE"], "schema", 170000)

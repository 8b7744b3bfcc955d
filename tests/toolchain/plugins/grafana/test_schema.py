import pytest

from tests.toolchain.plugins.conftest import configuration_disagreements, disagreements, published
from toolchain.plugins.grafana.contact_points import ContactPoint
from toolchain.plugins.grafana.plugin import ALERTING, OSS
from toolchain.plugins.grafana.receivers import RECEIVERS, UNSUPPORTED
from toolchain.plugins.grafana.settings import CONFIGURATION


@pytest.mark.parametrize("resource", [*OSS, *ALERTING])
def test_tables_agree_with_the_published_schema(resource):
    assert disagreements(resource, published("grafana")) == []


def test_configuration_agrees_with_the_published_schema():
    assert configuration_disagreements(CONFIGURATION, published("grafana")) == []


@pytest.mark.parametrize("block", RECEIVERS)
def test_the_same_settings_of_a_notifier_are_secret(block):
    schema = published("grafana")
    shape = ContactPoint.inputs[block].items

    def secrets(table, properties):
        for name, known in properties.items():
            if not table[name].unsupported:
                yield name, table[name].secret, known.get("secret", False)
                if "$ref" in known:
                    target = schema["types"][known["$ref"].removeprefix("#/types/")]
                    yield from secrets(table[name].fields, target["properties"])

    known = schema["resources"][ContactPoint.token]["inputProperties"][block]["items"]["$ref"]
    found = list(secrets(shape.fields, schema["types"][known.removeprefix("#/types/")]["properties"]))
    assert [name for name, ours, theirs in found if ours != theirs] == []
    assert [name for name, ours, _ in found if ours]


def test_the_blocks_that_are_left_out_are_named():
    assert {name for name, shape in ContactPoint.inputs.items() if shape.unsupported} == set(UNSUPPORTED)

import pytest

from tests.toolchain.plugins.conftest import UNKNOWN
from tests.toolchain.plugins.grafana.conftest import created, refusal, updated
from toolchain.plugins.grafana.message_templates import stored

DEFINED = '{{ define "desk" }}{{ len .Alerts }} alerts{{ end }}'


async def template(plugin, **inputs):
    return await created(plugin, "MessageTemplate", **{"name": "desk", "template": DEFINED} | inputs)


async def test_create_and_read(plugin, grafana):
    resource_id, state, inputs = await template(plugin)
    assert (resource_id, state) == ("1:desk", inputs | {"orgId": "1"})
    assert grafana.org.templates["desk"]["template"] == DEFINED
    assert await plugin.read("MessageTemplate", resource_id, state, inputs) == (resource_id, state, inputs)


@pytest.mark.parametrize("text", [f"\n{DEFINED}\n", "one\ntwo", "  plain  "])
async def test_what_grafana_makes_of_the_text_is_no_drift(plugin, text):
    resource_id, state, inputs = await template(plugin, template=text)
    assert await plugin.read("MessageTemplate", resource_id, state, inputs) == (resource_id, state, inputs)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"\n {DEFINED} \n", DEFINED),
        ('{{- define "x" -}}a{{ end }}', '{{- define "x" -}}a{{ end }}'),
        ("one\ntwo\n", '{{ define "desk" }}\n  one\n  two\n{{ end }}'),
    ],
)
def test_what_grafana_stores(text, kept):
    assert stored("desk", text) == kept


async def test_drift_is_seen(plugin, grafana):
    resource_id, state, inputs = await template(plugin)
    grafana.org.templates["desk"]["template"] = "by hand"
    _, _, seen = await plugin.read("MessageTemplate", resource_id, state, inputs)
    assert await plugin.paths("MessageTemplate", seen, inputs) == {"template": "UPDATE"}


async def test_blanks_around_the_text_are_no_change_and_unknown_text_is(plugin):
    old = {"name": "desk", "template": DEFINED}
    assert await plugin.paths("MessageTemplate", old, old | {"template": f"{DEFINED}\n"}) == {}
    assert await plugin.paths("MessageTemplate", old, old | {"template": UNKNOWN}) == {"template": "UPDATE"}


async def test_text_and_provenance_are_changed_in_place(plugin, grafana):
    made = await template(plugin)
    assert grafana.org.templates["desk"]["provenance"] == "api"
    await updated(plugin, "MessageTemplate", made, template="new", disableProvenance=True)
    assert grafana.org.templates["desk"] == {"name": "desk", "template": stored("desk", "new"), "provenance": ""}


async def test_another_name_or_organisation_is_another_template(plugin):
    old = {"name": "desk", "template": "t", "orgId": "1"}
    new = {"name": "fx", "template": "t", "orgId": "2"}
    assert (await plugin.diff("MessageTemplate", old, new))["replaces"] == ["name", "orgId"]


async def test_one_that_exists_is_not_overwritten(plugin, grafana):
    await template(plugin)
    assert await refusal(template(plugin, template="mine")) == (
        "message template 'desk' already exists: adopt it with"
        " `pulumi import grafana:alerting/messageTemplate:MessageTemplate <resource name> 1:desk`, or choose another"
        " name"
    )
    assert grafana.org.templates["desk"]["template"] == DEFINED


async def test_gone_is_told_and_deleted_without_error(plugin, grafana):
    resource_id, state, inputs = await template(plugin)
    await plugin.delete("MessageTemplate", resource_id, state)
    assert grafana.org.templates == {}
    assert (await plugin.read("MessageTemplate", resource_id, state, inputs))[0] == ""
    await plugin.delete("MessageTemplate", resource_id, state)


async def test_import_by_name(plugin):
    await template(plugin, disableProvenance=True)
    assert await plugin.read("MessageTemplate", "desk", {}, {}) == (
        "1:desk",
        {"name": "desk", "template": DEFINED, "disableProvenance": True, "orgId": "1"},
        {"name": "desk", "template": DEFINED, "disableProvenance": True, "orgId": "1"},
    )

import pytest

from tests.toolchain.plugins.grafana.conftest import created, refusal
from tests.toolchain.plugins.grafana.fake import TOKEN
from toolchain.plugins.grafana.org import adopt, split_plain
from toolchain.plugins.grafana.plugin import provider


@pytest.mark.parametrize(
    ("resource_id", "parts"), [("2:uid", (2, "uid")), ("uid", (0, "uid")), ("1:a:b", (1, "a:b")), ("a:b", (0, "a:b"))]
)
def test_ids(resource_id, parts):
    assert split_plain(resource_id) == parts


def test_the_hint_is_a_line_to_copy():
    assert adopt("grafana:oss/folder:Folder", 1, "uid") == (
        "adopt it with `pulumi import grafana:oss/folder:Folder <resource name> 1:uid`"
    )


async def test_an_organisation_of_its_own(plugin, grafana):
    resource_id, state, _ = await created(plugin, "Folder", title="Desk", uid="desk", orgId="2")
    assert (resource_id, state["orgId"], list(grafana.orgs[2].folders)) == ("2:desk", "2", ["desk"])
    assert grafana.org.folders == {}


async def test_the_providers_organisation(serve, grafana):
    running = await serve(provider())
    await running.configure(url=grafana.url, auth="admin:the-admins-own", orgId="2", retries="0")
    assert (await created(running, "Folder", title="Desk", uid="desk"))[0] == "2:desk"


async def test_a_token_belongs_to_one_organisation(serve, grafana):
    running = await serve(provider())
    await running.configure(url=grafana.url, auth=TOKEN, retries="0")
    assert (await created(running, "Folder", title="Desk", uid="desk"))[0] == "0:desk"
    assert await refusal(created(running, "Folder", title="Desk", uid="other", orgId="2")) == (
        "orgId=2 needs basic auth on the provider: a token belongs to one organisation; leave orgId out"
    )


async def test_leaving_the_organisation_out_is_no_change_and_another_one_replaces(plugin):
    old = {"title": "Desk", "uid": "desk", "orgId": "1"}
    assert await plugin.paths("Folder", old, {"title": "Desk", "uid": "desk"}) == {}
    assert (await plugin.diff("Folder", old, old | {"orgId": "2"}))["replaces"] == ["orgId"]


async def test_an_organisation_that_is_no_number(plugin):
    assert await plugin.failures("Folder", {"title": "Desk", "orgId": "main"}) == [
        ("orgId", "property orgId='main': must be the number of an organisation")
    ]

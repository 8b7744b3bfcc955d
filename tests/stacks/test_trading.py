"""The whole of `dev` and `prod` under mocks. Does not prove replacement, drift or what the providers' checks say."""

from collections import Counter
from dataclasses import replace

import pulumi
import pytest

from components._common.cpus import parse_cpus
from components._common.images import ImageLock
from stacks.dashboards import dashboards
from tests.conftest import CONTAINER, VOLUME, Golden, Recorder, Safety, Secret
from tests.stacks import published
from tests.stacks.conftest import config
from tests.stacks.graph import IMAGES, LOCK, built, files, open_secret, resources_yaml, strings

STACKS = ("dev", "prod")
REQUEST = "tls:index/certRequest:CertRequest"


@pytest.fixture(scope="module", params=STACKS)
def stack(request: pytest.FixtureRequest) -> tuple[str, Recorder]:
    return request.param, built(request.param)


def test_resources_and_files_are_the_committed_ones(stack: tuple[str, Recorder], golden: Golden) -> None:
    name, recorder = stack

    golden.check(name, {"resources.yaml": resources_yaml(recorder), **files(recorder)})


def test_nothing_is_registered_twice(stack: tuple[str, Recorder]) -> None:
    assert stack[1].duplicates() == []


def test_every_resource_agrees_with_its_published_schema(stack: tuple[str, Recorder]) -> None:
    known = published.schemas()
    # tls has no schema there; its SDK takes no unknown input, and tests/toolchain/plugins/tls/test_sdk.py reads it.
    resources = [
        each
        for each in stack[1].registrations
        if each.custom and ":providers:" not in each.type and not each.type.startswith("tls:")
    ]

    assert [problem for each in resources for problem in published.problems(each, known)] == []


def test_a_resource_that_disagrees_with_its_schema_is_told(stack: tuple[str, Recorder]) -> None:
    known = published.schemas()
    engine = next(each for each in stack[1].registrations if (each.type, each.name) == (CONTAINER, "engine-blue"))
    inputs = {**engine.inputs, "memory": "much", "cpus_": 1, "ulimits": [{"name": "nofile"}]}
    del inputs["image"]

    found = published.problems(replace(engine, inputs=inputs), known)

    assert sorted(found) == [
        "engine-blue.cpus_: not in the schema",
        "engine-blue.image: missing",
        "engine-blue.memory: is str, should be integer",
        "engine-blue.ulimits[0].hard: missing",
        "engine-blue.ulimits[0].soft: missing",
    ]


def test_what_holds_data_cannot_be_lost(stack: tuple[str, Recorder]) -> None:
    volumes = {name: stack[1].safety(VOLUME, name) for name in stack[1].names(VOLUME)}

    assert volumes != {}
    assert set(volumes.values()) == {Safety(protect=True, retain_on_delete=True)}


def test_no_secret_leaves_its_marks(stack: tuple[str, Recorder]) -> None:
    told = [
        f"{each.type} {each.name}: {text}"
        for each in stack[1].registrations
        for text in strings(dict(each.inputs))
        if "value-of-" in text
    ]

    assert told == []


def test_secrets_reach_containers_as_files_only(stack: tuple[str, Recorder]) -> None:
    containers = {name: stack[1].inputs(CONTAINER, name) for name in stack[1].names(CONTAINER)}
    labelled = {
        name for name, found in containers.items() if any(label["label"] == "hft.secrets" for label in found["labels"])
    }

    assert [name for name, found in containers.items() if found.get("envs")] == []
    assert labelled == {name for name, found in containers.items() if isinstance(found["uploads"], Secret)}
    for name, found in containers.items():
        others = {key: value for key, value in found.items() if key != "uploads"}
        assert "value-of-" not in str(open_secret(others)), name


def test_every_container_is_sealed(stack: tuple[str, Recorder]) -> None:
    for name in stack[1].names(CONTAINER):
        found = stack[1].inputs(CONTAINER, name)
        assert found["readOnly"] is True, name
        kept = {"adds": ["NET_ADMIN"]} if name.startswith("witness-") else {}
        assert found["capabilities"] == {**kept, "drops": ["ALL"]}, name
        assert found["securityOpts"] == ["no-new-privileges:true"], name
        assert found["memory"] == found["memorySwap"], name
        assert found["image"] in {LOCK[image] for image in IMAGES}, name


def test_engines_have_their_cpus_to_themselves(stack: tuple[str, Recorder]) -> None:
    recorder = stack[1]
    engine = recorder.inputs(CONTAINER, "engine-blue")
    host = recorder.provider(CONTAINER, "engine-blue")
    others = {
        name: recorder.inputs(CONTAINER, name)["cpuSet"]
        for name in recorder.names(CONTAINER)
        if name != "engine-blue" and recorder.provider(CONTAINER, name) == host
    }

    assert {name for name, cpus in others.items() if parse_cpus(cpus) & parse_cpus(engine["cpuSet"])} == set()
    assert [key for key in ("cpus", "cpuQuota", "cpuPeriod", "cpuShares") if engine.get(key) is not None] == []


def test_prod_spreads_members_over_its_hosts() -> None:
    recorder = built("prod")
    hosts = {
        role: Counter(
            recorder.provider(CONTAINER, name) for name in recorder.names(CONTAINER) if name.startswith(f"{role}-node-")
        )
        for role in ("etcd", "tsdb")
    }

    assert hosts == {role: {"hosts-alpha": 1, "hosts-beta": 1, "hosts-gamma": 1} for role in ("etcd", "tsdb")}


def test_a_host_that_serves_the_repository_lets_in_those_whose_certificates_name_them() -> None:
    recorder = built("prod", backup={**config("prod")["backup"], "repository": {"host": "gamma"}})
    subjects = (recorder.inputs(REQUEST, name)["subject"] for name in recorder.names(REQUEST))
    named = sorted(subject["commonName"] for subject in subjects if "commonName" in subject)
    conf = files(recorder)["files/repository-server/etc/hft/pgbackrest.conf"]
    known = sorted(line.split("=")[1] for line in conf.splitlines() if line.startswith("tls-server-auth="))

    assert named == known == ["backup-alpha", "backup-beta", "backup-gamma", "tsdb-0", "tsdb-1", "tsdb-2"]
    assert recorder.provider(CONTAINER, "repository-server") == "hosts-gamma"


@pytest.mark.parametrize("name", STACKS)
def test_a_preview_registers_what_an_up_does(name: str) -> None:
    previewed, deployed = built(name, preview=True), built(name)

    assert _identities(previewed) == _identities(deployed)


def test_without_its_image_grafana_is_left_out_and_nothing_else() -> None:
    lock = ImageLock({image: LOCK[image] for image in IMAGES if image != "grafana"})
    whole, without = _identities(built("dev")), _identities(built("dev", images=lock))

    missing = sorted(name for type_token, name in whole - without)
    assert missing == [
        *("grafana-alertmanager", "grafana-api", "grafana-checker", "grafana-checker-token", "grafana-contact-point"),
        *(f"grafana-dashboard-{name}" for name in sorted(dashboards("dev"))),
        *("grafana-data", "grafana-folder", "grafana-folder-permission", "grafana-notification-policy"),
        *("grafana-prometheus", "grafana-server", "grafana-timescaledb"),
    ]


@pytest.mark.parametrize(("left_out", "token"), [("", {"grafana-token"}), ("grafana", set())])
def test_the_checkers_token_is_exported_where_there_is_a_grafana(
    monkeypatch: pytest.MonkeyPatch, left_out: str, token: set[str]
) -> None:
    exported: dict[str, object] = {}
    monkeypatch.setattr(pulumi, "export", exported.__setitem__)
    built("dev", images=ImageLock({image: LOCK[image] for image in IMAGES if image != left_out}))

    assert set(exported) == {"authority", "hosts", "parts", "pgpass"} | token


def test_an_image_that_the_lock_lacks_is_named() -> None:
    lock = ImageLock({image: LOCK[image] for image in IMAGES if image not in ("etcd", "grafana")})

    with pytest.raises(LookupError) as raised:
        built("dev", images=lock)

    known = (
        "alertmanager, backup, exporters, haproxy, migrate, pgbouncer, prometheus, timescaledb, valkey, witness, "
        "workloads"
    )
    assert str(raised.value) == (f"image 'etcd' is not in images/lock.json (it has {known}): run `hft images build`")


def _identities(recorder: Recorder) -> set[tuple[str, str]]:
    return {(each.type, each.name) for each in recorder.registrations}

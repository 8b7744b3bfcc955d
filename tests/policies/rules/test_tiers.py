import pytest

from policies.resources import Container
from tests.policies.given import ENGINE, container, found, resource

NO_LABEL = "has no label hft.tier, so it is judged as infra; set it to one of engine, data, infra"


@pytest.mark.parametrize("labels", [None, [], [{"label": "hft.role", "value": "engine"}]])
def test_a_container_that_does_not_say_what_it_is(labels: list[dict[str, str]] | None) -> None:
    assert found("tier-declared", container(labels=labels)) == [NO_LABEL]


@pytest.mark.parametrize("said", ["trading", "Engine", ""])
def test_a_container_that_says_it_wrongly(said: str) -> None:
    assert found("tier-declared", container(labels=[{"label": "hft.tier", "value": said}])) == [
        f"label hft.tier={said} is no tier, so it is judged as infra; set it to one of engine, data, infra"
    ]


def test_a_wrong_label_in_a_component() -> None:
    inputs = {**ENGINE, "labels": [{"label": "hft.tier", "value": "hot"}]}

    assert found("tier-declared", resource(Container.TYPE, inputs, parents="hft:trading:Slot$")) == [
        "label hft.tier=hot is no tier, so it is judged as engine; set it to one of engine, data, infra"
    ]


@pytest.mark.parametrize("tier", ["engine", "data", "infra"])
def test_a_container_that_says_it(tier: str) -> None:
    assert found("tier-declared", container(labels=[{"label": "hft.tier", "value": tier}])) == []


@pytest.mark.parametrize("parents", ["hft:trading:Slot$", "hft:database:Cluster$", "hft:monitoring:Monitoring$"])
def test_a_container_whose_component_says_it(parents: str) -> None:
    assert found("tier-declared", resource(Container.TYPE, {**ENGINE, "labels": []}, parents=parents)) == []


def test_a_container_in_a_component_of_somebody_else() -> None:
    inputs = {**ENGINE, "labels": []}

    assert found("tier-declared", resource(Container.TYPE, inputs, parents="desk:bots:Bot$")) == [NO_LABEL]

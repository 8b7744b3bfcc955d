import pytest

from components._common.labels import Tier, labels


def test_a_resource_says_whose_it_is() -> None:
    assert labels(stack="prod", component="network", role="venues") == {
        "hft.project": "hft",
        "hft.stack": "prod",
        "hft.component": "network",
        "hft.role": "venues",
    }


@pytest.mark.parametrize("tier", ["engine", "data", "infra"])
def test_a_container_says_its_tier(tier: Tier) -> None:
    assert labels(stack="dev", component="cache", role="valkey", tier=tier)["hft.tier"] == tier


def test_secrets_are_named_in_order_and_none_is_no_label() -> None:
    named = labels(stack="dev", component="cache", role="valkey", secrets={"b-reader", "a-writer"})

    assert named["hft.secrets"] == "a-writer,b-reader"
    assert "hft.secrets" not in labels(stack="dev", component="cache", role="valkey", secrets=())

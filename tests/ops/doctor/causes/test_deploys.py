from ops.doctor.causes.deploys import CAUSES
from ops.doctor.facts import Deploys
from tests.ops.doctor.healthy import deploy, facts, found


def test_a_failed_deployment_is_told() -> None:
    failed = facts(deploys=Deploys(latest=(deploy("failed"), deploy())))

    assert found(CAUSES, "deploy-failed", failed) == [
        ("stack dev", ("the update of 2026-03-01 07:00 failed",), "hft up dev")
    ]


def test_a_failure_that_was_made_good_is_over() -> None:
    assert found(CAUSES, "deploy-failed", facts(deploys=Deploys(latest=(deploy(), deploy("failed"))))) == []


def test_a_deployment_that_was_cut_off_is_told() -> None:
    cut = facts(deploys=Deploys(pending=("urn:pulumi:dev::hft::docker:index/container:Container::tsdb-node-0",)))

    assert found(CAUSES, "deploy-cut-off", cut) == [
        ("stack dev", ("what became of tsdb-node-0 is unknown",), "hft up dev")
    ]

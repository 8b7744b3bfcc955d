from dataclasses import replace

from ops.doctor.causes.trading import CAUSES
from ops.doctor.facts import Sample, Throttling
from tests.ops.doctor.healthy import container, facts, found, metric

ENGINE = "hft-dev-engine-blue on local"


def test_an_engine_with_a_quota_is_throttled() -> None:
    held = container("engine-blue", quota_cpus=0.05, throttling=Throttling(periods=10, throttled=9))

    assert found(CAUSES, "engine-throttled", held) == [
        (
            ENGINE,
            ("it has a CPU quota of 0.05 CPUs", "held back in 9 of 10 periods of the last second"),
            "docker update --cpus 0 hft-dev-engine-blue",
        )
    ]


def test_an_engine_that_a_quota_of_its_parents_holds_back_is_throttled() -> None:
    held = container("engine-blue", throttling=Throttling(periods=10, throttled=1))

    assert found(CAUSES, "engine-throttled", held) == [
        (ENGINE, ("held back in 1 of 10 periods of the last second",), "docker update --cpus 0 hft-dev-engine-blue")
    ]


def test_a_quota_of_another_part_is_nobodys_business() -> None:
    assert found(CAUSES, "engine-throttled", container("cache", quota_cpus=0.5)) == []


def test_an_engine_on_other_cpus_is_told() -> None:
    assert found(CAUSES, "engine-on-other-cpus", container("engine-blue", cpu_set="0")) == [
        (
            ENGINE,
            ("it runs on CPUs 0; its settings say 1",),
            "docker update --cpuset-cpus 1 hft-dev-engine-blue",
        )
    ]


def test_cpus_in_other_words_are_the_same() -> None:
    same = container("engine-blue", cpu_set="2,3", wanted_cpu_set="2-3")

    assert found(CAUSES, "engine-on-other-cpus", same) == []


def test_a_lost_venue_is_told_with_its_channels() -> None:
    assert found(CAUSES, "venue-lost", metric("hft_venue_up", 0)) == [
        (
            "venue alpha",
            ("hft-dev-engine-blue has no connection to it: md, orders",),
            "docker logs --tail 50 hft-dev-engine-blue",
        )
    ]


def test_engines_without_a_leader_are_told() -> None:
    assert found(CAUSES, "no-leader", metric("hft_leader", 0)) == [
        ("engines", ("none of 1 holds the lease: engine-blue",), "hft status dev")
    ]


def test_two_engines_that_lead_are_told() -> None:
    whole = facts()
    engine = next(each for each in whole.targets if each.job == "engine")
    other = replace(
        engine,
        job="engine-free-slot",
        instance="engine-green",
        samples=(Sample(name="hft_leader", labels={}, value=1),),
    )

    assert found(CAUSES, "two-leaders", replace(whole, targets=(*whole.targets, other))) == [
        ("engines", ("engine-blue, engine-green take themselves for the leader",), "hft status dev")
    ]


def test_each_engine_has_a_lease_of_its_own() -> None:
    whole = facts()
    engine = next(each for each in whole.targets if each.job == "engine")
    maker = replace(
        engine, instance="maker-blue", strategy="maker", samples=(Sample(name="hft_leader", labels={}, value=1),)
    )
    both = replace(whole, targets=(*whole.targets, maker))
    alone = replace(whole, targets=(*whole.targets, replace(maker, samples=(replace(maker.samples[0], value=0),))))

    assert found(CAUSES, "two-leaders", both) == []
    assert found(CAUSES, "no-leader", both) == []
    assert found(CAUSES, "no-leader", alone) == [
        ("engines", ("none of 1 holds the lease: maker-blue",), "hft status dev")
    ]


def test_an_engine_that_only_reduces_is_told() -> None:
    halted = metric("hft_trading_state", 1, state="reducing", given=metric("hft_trading_state", 0, state="active"))

    assert found(CAUSES, "engine-not-active", halted) == [
        (ENGINE, ("it is reducing",), "docker logs --tail 50 hft-dev-engine-blue")
    ]

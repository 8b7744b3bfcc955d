"""The lease of two slots in a real etcd, asked by the workloads' own image."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from docker.models.containers import Container

from tests.components.authority import Authority, certified
from tests.components.etcd import ADDRESS, AUTHORITY, ETCD, etcd, etcdctl
from tests.components.programs import FOLDERS, beside, run
from workloads.bench import engine_settings

pytestmark = pytest.mark.images

KEY = "/hft/bench/leader/arb"
CONTEST = """\
import asyncio, json, sys
from pathlib import Path
from workloads.config import load
from workloads.engine.lease import lease
from workloads.engine.settings import EngineSettings

async def main():
    files = [Path(f"/etc/hft/{slot}.json") for slot in ("blue", "green")]
    blue, green = (lease(load(file, EngineSettings), lambda: None) for file in files)
    first = asyncio.create_task(blue.run())
    await asyncio.sleep(1)
    second = asyncio.create_task(green.run())
    await asyncio.sleep(1.5)
    said = [blue.held(), green.held()]
    before = blue.epoch
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    await blue.release()
    await asyncio.sleep(1.5)
    said += [blue.held(), green.held(), green.epoch > before > 0]
    print(json.dumps(said))

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def member() -> Iterator[Container]:
    with etcd() as container:
        yield container


def contest(member: Container, files: dict[str, str]) -> list[bool]:
    """Whether blue and green hold the lease while both want it, and then when blue has given it up."""
    own = {f"{name}_file": f"/var/lib/hft/tls/{file}" for name, file in
           (("authority", "ca.crt"), ("certificate", "tls.crt"), ("key", "tls.key"))}  # fmt: skip
    lease: dict[str, Any] = {"endpoints": [f"https://{ETCD.client}"], "tls": own, "ttl_seconds": 2}
    slots = {
        f"/etc/hft/{slot}.json": json.dumps(engine_settings(1, {"alpha": 2}, slot=slot, lease=lease))
        for slot in ("blue", "green")
    }
    with certified("workloads", files) as mount:
        argv = ["python3", "-c", CONTEST]
        ended = run("workloads", argv, slots, network_mode=beside(member), volumes=[*FOLDERS, mount])
    assert ended.status == 0, ended.output
    found: list[bool] = json.loads(ended.output.splitlines()[-1])
    return found


def test_one_slot_leads_and_the_other_does_with_a_greater_epoch_when_it_gives_up(member: Container) -> None:
    assert contest(member, AUTHORITY.server_files(ADDRESS)) == [True, False, False, True, True]
    assert '"slot": "green"' in etcdctl(member, "get", "--print-value-only", KEY).output


def test_a_stranger_never_leads(member: Container) -> None:
    files = {**Authority("stranger").server_files(ADDRESS), "/etc/hft/ca.crt": AUTHORITY.pem}

    assert contest(member, files) == [False, False, False, False, False]

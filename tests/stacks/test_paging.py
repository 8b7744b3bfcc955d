"""From a fault to its page, on a twin of the `dev` stack: each alert that RTS 6 wants within five seconds."""

from collections.abc import Iterator

import pytest
from docker import DockerClient

from ops.bench.monitoring.paging.faults import FAULTS
from ops.bench.monitoring.paging.measure import GOAL_SECONDS, once, paged
from ops.bench.monitoring.paging.pager import Pager, listening
from ops.bench.monitoring.paging.site import Site
from ops.bench.timing import deployed
from tests.stacks.twin import prepared, settings

pytestmark = [pytest.mark.engine, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def pager() -> Iterator[Pager]:
    with listening() as found:
        yield found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, host: DockerClient, pager: Pager) -> Iterator[Site]:
    """A stack that has come up, and pages."""
    assert pager
    wanted = paged(settings())
    with prepared(tmp_path_factory.mktemp("paging") / "checkout", host) as twin:
        twin.write(wanted)
        twin.hft("up")
        yield Site.of(deployed(twin), wanted, host)


@pytest.mark.parametrize("alert", FAULTS)
def test_the_page_comes_within_five_seconds(site: Site, pager: Pager, alert: str) -> None:
    assert once(site, pager, alert, FAULTS[alert]) <= GOAL_SECONDS

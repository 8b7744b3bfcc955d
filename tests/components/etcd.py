"""Real members of etcd for tests, on one loopback, with the doors that they have in a stack."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from docker.models.containers import Container

from components.database import EtcdSettings, FailoverSettings
from components.database.render import DATA_DIR, EtcdMember, etcd_arguments
from tests.components.authority import Authority, certified
from tests.components.programs import FOLDERS, Ended, beside, execute, running

AUTHORITY = Authority()
"""By which the members' certificates are, and those of whom they let in."""
ADDRESS = "127.0.0.1"


def member(index: int = 0) -> EtcdMember:
    """One member of a cluster on the loopback."""
    return EtcdMember(
        name=f"etcd-{index}",
        address=ADDRESS,
        client_port=12379 + index,
        peer_port=12479 + index,
        metrics_port=12579 + index,
    )


ETCD = member()


def arguments(
    members: Sequence[EtcdMember] = (ETCD,), index: int = 0, failover: FailoverSettings | None = None
) -> list[str]:
    """The command line of one of the members."""
    settings = EtcdSettings(hosts=("a",) * len(members))
    return etcd_arguments(settings, failover or FailoverSettings(), members, index, token="hft-dev-etcd")


def healthy(which: EtcdMember = ETCD) -> list[str]:
    """The health check of a member, as argv."""
    return ["curl", "-fsS", f"http://{which.metrics}/health"]


@contextmanager
def etcd(
    members: Sequence[EtcdMember] = (ETCD,), failover: FailoverSettings | None = None, mount: str | None = None
) -> Iterator[Container]:
    """The last of the members, once there is a majority; `mount` has their certificate, else they get a new one."""
    with ExitStack() as stack:
        mount = mount or stack.enter_context(certified("etcd", AUTHORITY.server_files(ADDRESS)))
        network: dict[str, str] = {}
        for index, each in enumerate(members):
            # None is healthy before there is a majority, so only the last one is waited for.
            ready = healthy(each) if index == len(members) - 1 else ["true"]
            argv = arguments(members, index, failover)
            last = stack.enter_context(running("etcd", argv, {}, ready, volumes=[*FOLDERS, DATA_DIR, mount], **network))
            network = network or {"network_mode": beside(last)}
        yield last


def etcdctl(container: Container, *command: str, which: EtcdMember = ETCD) -> Ended:
    """What etcdctl says inside of a member, as it is there for people."""
    return execute(container, ["etcdctl", f"--endpoints={which.client}", *command])

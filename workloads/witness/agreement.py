"""When the witnesses may take the lease away; pure."""

from collections.abc import Mapping, Set
from dataclasses import dataclass

from workloads.witness.settings import WitnessSettings


@dataclass(frozen=True)
class Standing:
    """Who leads, and who may have confirmed its commits, as etcd has it."""

    leader: str
    """Name of the node that holds the lease."""
    leader_revision: int
    """Revision at which the leader's key was written last."""
    lease: str
    """etcd's lease of the leader's key, which its Patroni renews."""
    sync_leader: str
    """The node whose standbys `voters` are."""
    voters: Set[str]
    """Names of the standbys that may have confirmed commits."""
    quorum: int
    """With so many voters beside itself, a voter has every acknowledged commit among them."""
    sync_revision: int
    """Revision at which `voters` and `quorum` were written last."""

    @property
    def verdict(self) -> str:
        """What a witness writes as its vote: that this leader, in this term, is lost."""
        return f"{self.leader}:{self.leader_revision}"


def agreed(settings: WitnessSettings, standing: Standing, votes: Mapping[str, str]) -> bool:
    """Say whether the hosts that voted are enough; `votes`: host → what it wrote.

    A voter whose host voted takes no more WAL from the leader. With more than `quorum` of them fenced, fewer are left
    than a commit needs, so the leader acknowledges nothing more, and among the fenced is one with every commit so far.
    Beyond that most of the other hosts have to see the same, so that no single broken link decides.
    """
    lost = settings.member(standing.leader)
    if lost is None or standing.sync_leader != standing.leader or not standing.voters:
        return False
    others = settings.hosts - {lost.host}
    agreeing = {host for host, verdict in votes.items() if verdict == standing.verdict} & others
    fenced = [each for each in settings.members if each.name in standing.voters and each.host in agreeing]
    return len(fenced) > standing.quorum and 2 * len(agreeing) > len(others)

"""The health check of a container: quick while somebody waits for it, rare once all is well.

Docker starts a program in the container for each probe: about 60 ms of CPU on two cores, whatever the program does. A
dozen parts probed every few seconds took a sixth of a core, and p99 of a question to the database from 2.5 to 7.6 ms
(docs/benchmarks.md, "What else wants the CPUs"). Docker 25 has a start interval for that; 20.10, which serves too, has
one interval for all.
"""

from collections.abc import Sequence

import pulumi_docker as docker

_EVERY_SECONDS = 30
"""Time from probe to probe while all is well."""
_GIVEN_UP_SECONDS = 60
"""After that Docker takes a probe for failed: long, as one that rests may wake late on a busy host."""
# A probe that Docker gives up goes on. On a host without CPU they pile up until it has none for anything else: seen
# on two CPUs with a load of 600. So each ends itself. The one that is well the second time in a row rests before it
# says so; the first, and any after a failure, say so at once.
_SCRIPT = """\
limit=$1 rest=$2
shift 2
timeout --signal=KILL "$limit" "$@" || { rm -f /tmp/well; exit 1; }
[ ! -e /tmp/well ] || exec sleep "$rest"
true > /tmp/well
"""


def probe(argv: Sequence[str], interval_seconds: int) -> docker.ContainerHealthcheckArgs:
    """A check that `argv` succeeds within the interval, which is the time from one to the next until all is well."""
    limit, rest = str(interval_seconds), str(max(_EVERY_SECONDS - interval_seconds, 0))
    return docker.ContainerHealthcheckArgs(
        tests=["CMD", "sh", "-c", _SCRIPT, "probe", limit, rest, *argv],
        interval=f"{interval_seconds}s",
        timeout=f"{_GIVEN_UP_SECONDS}s",
        retries=3,
        start_period="0s",
    )

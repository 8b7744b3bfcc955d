from ops.doctor.collect.logs import look, signs
from ops.doctor.facts import LogSign
from ops.doctor.plan import Planned
from tests.ops.doctor.collect.servers import plan

LOG = """\
LOG:  server process (PID 12) was terminated by signal 6: Aborted
DETAIL:  Failed process was running: ALTER ROLE hft_writer PASSWORD 'first-password'
LOG:  server process (PID 14) was terminated by signal 11: Segmentation fault
ERROR:  could not extend file "base/1/2": No space left on device
"""


def test_only_the_words_are_kept() -> None:
    assert signs("local/tsdb-0", LOG) == [
        LogSign(part="local/tsdb-0", kind="crash", words="terminated by signal 11: Segmentation fault", count=2),
        LogSign(part="local/tsdb-0", kind="no-space", words="No space left on device", count=1),
    ]


def test_a_log_without_them_says_nothing() -> None:
    assert signs("local/tsdb-0", "LOG:  database system is ready to accept connections\n") == []


def test_a_silent_host_has_no_log() -> None:
    assert look(plan(hosts={"local": "unix:///nonexistent.sock"})) == ()
    node = Planned(
        name="hft-dev-tsdb-0",
        host="local",
        role="tsdb-0",
        component="database",
        tier="data",
        one_shot=False,
        cpu_set="0",
    )
    assert look(plan(hosts={"local": "unix:///nonexistent.sock"}, containers=(node,))) == ()

"""Which connections are stalled, by what `ss` says; that they are ended is tested in the witness's image."""

from workloads.witness.stalled import Connection, stalled

# As iproute2 6.15 writes it, shortened.
LISTED = """\
0      0       10.0.0.1:12479   10.0.0.2:35114  cubic wscale:7,7 rto:204 rtt:0.08/0.02 mss:1448
0      1432    10.0.0.1:42788   10.0.0.2:12479  cubic wscale:7,7 rto:1632 backoff:3 rtt:0.08/0.02 unacked:12
0      1432    10.0.0.1:42790   10.0.0.2:12479  cubic wscale:7,7 rto:3264 backoff:4 rtt:0.08/0.02 unacked:12
0      920     [fd00::1]:12479   [fd00::2]:35118  cubic wscale:7,7 rto:120000 backoff:12 rtt:0.08/0.02 unacked:1
"""


def test_a_connection_is_stalled_once_a_packet_was_sent_again_four_times() -> None:
    assert stalled(LISTED) == [
        Connection("10.0.0.1:42790", "10.0.0.2:12479"),
        Connection("[fd00::1]:12479", "[fd00::2]:35118"),
    ]


def test_where_all_are_answered_none_is() -> None:
    assert stalled(LISTED.splitlines()[0]) == []
    assert stalled("") == []

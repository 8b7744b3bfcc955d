"""Facts as a node tells them, with nothing to say about them; tests change one thing."""

from dataclasses import replace

from ops.db.advice.facts import Facts, Index, Statement, Table

TICKS = Table("trading.ticks", 1, 4_000_000, 0, 0, ("ts", "venue", "symbol", "seq"), "ts")
PLAIN = Table("trading.fees", None, 50_000, 0, 0, ("venue", "tier", "fee"), None)
TICKS_INDEX = Index("ticks_symbol_venue_ts", "trading.ticks", ("symbol", "venue", "ts"), 9, 200_000_000, False, False)
SLOW = Statement(
    "1", "SELECT ts FROM ticks WHERE symbol = $1 ORDER BY ts DESC LIMIT $2", 100, 41_600, 100, 4_600_000, 0
)
FINE = Statement("2", "SELECT ts FROM ticks WHERE symbol = $1 AND venue = $2 LIMIT $3", 1000, 70, 1000, 4000, 0)
QUIET = Facts(
    seconds=30 * 86400,
    settings={"work_mem": "4096", "max_wal_size": "2048", "shared_buffers": "65536", "max_connections": "100"},
    hit=10_000_000,
    read=50_000,
    temp_files=0,
    temp_bytes=0,
    timed=100,
    requested=2,
    tables=(TICKS, PLAIN),
    indexes=(TICKS_INDEX,),
    statements=(FINE,),
)
BUSY = replace(QUIET, statements=(SLOW, FINE))

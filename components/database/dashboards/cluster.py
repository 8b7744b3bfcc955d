"""The database cluster: who leads, what the standbys have, what the WAL costs, what clients do, is there room; pure."""

from components._common.dashboards import Board
from components.database.dashboards import disk, hypertables, leading, replication, wal, work


def database(stack: str) -> str:
    """The dashboard as JSON."""
    board = Board(stack, "database", "Database", minutes=30)
    board.choose("node", 'patroni_postgres_running{job="patroni"}', "instance", "Node")
    board.row(
        "Who leads?",
        leading.roles(board),
        leading.primaries(board),
        leading.synchronous(board),
        leading.running(board),
        leading.last_seen(board),
        leading.attention(board),
    )
    board.row(
        "What do the standbys have?",
        replication.not_received(board),
        replication.not_replayed(board),
        replication.age(board),
        replication.timelines(board),
    )
    board.row(
        "What does the WAL cost?", wal.written(board), wal.kept(board), wal.checkpoints(board), wal.archived(board)
    )
    board.row(
        "What do clients do?",
        work.transactions(board),
        work.connections(board),
        work.oldest(board),
        work.locks(board),
        work.cache(board),
        work.deadlocks(board),
    )
    board.row(
        "Are the hypertables kept?",
        hypertables.ahead(board),
        hypertables.failing(board),
        hypertables.late(board),
        hypertables.sizes(board),
    )
    board.row("Is there room?", disk.free(board), disk.ingest(board), disk.heard(board))
    return board.text()

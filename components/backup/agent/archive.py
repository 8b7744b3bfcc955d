"""Whether the archive has all WAL between a backup and what the primary has handed over since.

Where the repository is away for too long pgBackRest gives WAL up and says "done" for it: PostgreSQL knows of no
failure, and a restore ends at the gap. So the names in the repository are compared with those that a restore asks for.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from . import pgbackrest
from .history import History
from .info import Backup, Repository

WAL_FILE_BYTES = 16 * 1024 * 1024
"""PostgreSQL's default, which initdb is not told to change."""

_FILES_A_FOLDER = (1 << 32) // WAL_FILE_BYTES
_NAME_LENGTH = 24


@dataclass(frozen=True)
class WalFile:
    """A WAL file by its place."""

    timeline: int
    number: int
    """Of the file, counted from the beginning of all WAL."""

    @classmethod
    def parse(cls, name: str) -> "WalFile | None":
        """From its name; None for other files of an archive, such as a history."""
        if len(name) != _NAME_LENGTH:
            return None
        timeline, folder, file = (int(name[start : start + 8], 16) for start in (0, 8, 16))
        return cls(timeline, folder * _FILES_A_FOLDER + file)

    @property
    def name(self) -> str:
        """As PostgreSQL names it."""
        folder, file = divmod(self.number, _FILES_A_FOLDER)
        return f"{self.timeline:08X}{folder:08X}{file:08X}"

    @property
    def folder(self) -> str:
        """Where pgBackRest keeps it, below the folder of the cluster's WAL."""
        return self.name[:16]


def way(start: WalFile, end: WalFile, history: History) -> Iterator[WalFile]:
    """All files from one to another, both of them included, over the timelines between them.

    The file in which a timeline was left is needed of the later timeline only, which has its beginning too.
    """
    number = start.number
    for timeline, position in history.left_at:
        if start.timeline <= timeline < end.timeline:
            left = position // WAL_FILE_BYTES
            yield from (WalFile(timeline, each) for each in range(number, left))
            number = max(number, left)
    yield from (WalFile(end.timeline, each) for each in range(number, end.number + 1))


class Archive:
    """Looks for gaps after the newest backup; what was seen whole is not looked at again."""

    def __init__(self, stanza: str) -> None:
        self._stanza = stanza
        self._backup = ""
        self._whole_to: WalFile | None = None

    def gap(self, repository: Repository, history: History, handed_over: str | None) -> str | None:
        """Name of the first missing file between the newest backup and `handed_over`, the last one that PostgreSQL
        takes for archived; None where there is none, or nothing to compare. Raises PgBackRestError."""
        backup, end = repository.newest(), WalFile.parse(handed_over or "")
        if not backup or not end or not history.leads_here(backup):
            return None
        start = self._start(backup)
        if not start or start.timeline > end.timeline:
            return None
        there: dict[str, frozenset[str]] = {}
        for file in way(start, end, history):
            if file.folder not in there:
                there[file.folder] = self._names(repository.archive_id, file.folder)
            if file.name not in there[file.folder]:
                return file.name
            self._whole_to = file
        return None

    def _start(self, backup: Backup) -> WalFile | None:
        if self._backup != backup.label:
            self._backup, self._whole_to = backup.label, None
        return self._whole_to or WalFile.parse(backup.stop_wal)

    def _names(self, archive_id: str, folder: str) -> frozenset[str]:
        path = f"archive/{self._stanza}/{archive_id}/{folder}"
        listed = pgbackrest.call(self._stanza, "--log-level-console=error", "repo-ls", path)
        return frozenset(name[:_NAME_LENGTH] for name in listed.split() if ".partial" not in name)

"""What an operator chooses for backups: where they are kept, when they are made, how far back they reach."""

from collections.abc import Sequence
from datetime import time
from typing import Annotated, Literal

from pydantic import Field, model_validator

from components._common.ports import PORT, PortUse, uses
from components._common.settings import Settings

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
"""A day of the week."""

DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""All days, in order."""

CIPHER_SECRET = "backup-cipher"
"""Name of the secret that encrypts the repository."""
S3_SECRETS = ("backup-s3-key", "backup-s3-key-secret")
"""Names of the secrets that open an S3 repository; their values are given, not generated."""

_WAL_FILE_MIB = 16


class ScheduleSettings(Settings):
    """When something is done. A time that was missed is made up for at once."""

    days: tuple[Day, ...] = DAYS
    """Days of the week."""
    at: time
    """Time of day, in UTC, as "03:00"."""

    @model_validator(mode="after")
    def _days_differ(self) -> "ScheduleSettings":
        if not self.days:
            raise ValueError("days is empty: name one at least, or leave it out for every day")
        if repeated := sorted({day for day in self.days if self.days.count(day) > 1}):
            raise ValueError(f"days names {repeated[0]!r} more than once: list it once")
        if self.at.tzinfo:
            raise ValueError(f"at={self.at.isoformat()} has a time zone: give it in UTC, without one")
        return self


class S3Settings(Settings):
    """A bucket of an S3-compatible store, over HTTPS; its keys are secrets: backup-s3-key and backup-s3-key-secret."""

    endpoint: str = Field(pattern=r"^[A-Za-z0-9.-]+(:[0-9]+)?$")
    """Host name of the store, with a port where it is not 443."""
    bucket: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")
    """Name of the bucket, which must be there."""
    region: str = Field(pattern=r"^[a-z0-9-]+$")
    """Its region; stores of your own take any."""
    path: str = Field(default="/", pattern=r"^/[A-Za-z0-9._/-]*$")
    """Folder in the bucket."""
    uri_style: Literal["host", "path"] = "path"
    """Where the bucket's name is in the address: most stores of your own want `path`, AWS wants `host`."""
    ca_pem: str | None = Field(default=None, pattern=r"^-----BEGIN CERTIFICATE-----\n")
    """Certificate of the authority that signed the store's, where Debian does not know it."""


class RepositorySettings(Settings):
    """Where backups and the WAL archive are kept. Without any of these: a volume on the database's only host."""

    path: str | None = Field(default=None, pattern=r"^/[^,:]+$")
    """Folder on every host of the database: one file system that they share, such as NFS, which user 10002 may
    write."""
    s3: S3Settings | None = None
    """A bucket; what several hosts should use."""
    host: str | None = None
    """Host whose disk has it, in a volume; all others reach it over TLS, by pgBackRest's own server there."""

    @model_validator(mode="after")
    def _one_place(self) -> "RepositorySettings":
        given = {f"path={self.path}": self.path, "s3": self.s3, f"host={self.host}": self.host}
        if len(named := [name for name, value in given.items() if value]) > 1:
            raise ValueError(f"repository has both {' and '.join(named)}: keep one of them")
        return self


class BackupSettings(Settings):
    """Backups by pgBackRest."""

    repository: RepositorySettings = RepositorySettings()
    """Where everything is kept, encrypted."""
    full: ScheduleSettings = ScheduleSettings(days=("sun",), at=time(3, 0))
    """When everything is copied. The quietest hour of the week: it reads the whole database."""
    differential: ScheduleSettings = ScheduleSettings(at=time(3, 0))
    """When what has changed since the last full backup is copied; a restore replays WAL from there on."""
    verify: ScheduleSettings = ScheduleSettings(days=("sat",), at=time(6, 0))
    """When every file of the repository is read and compared with its checksum."""
    drill: ScheduleSettings = ScheduleSettings(days=("sun",), at=time(6, 0))
    """When the newest backup is restored into a container of its own, looked over and thrown away."""
    drill_host: str | None = None
    """Host that drills and verifies; without, the last one of the database. Its disk has room for one more copy."""
    window_days: int = Field(default=14, ge=1, le=3650)
    """How far back a restore may go, in days: the last full backup before it is kept, with all WAL since."""
    process_max: int = Field(default=1, ge=1, le=64)
    """Processes of a backup, and as many of the archive: each takes one of the CPUs that engines leave."""
    archive_timeout_seconds: int = Field(default=60, ge=10, le=3600)
    """A WAL file is archived after so many s even if it is not full: what the loss of all hosts at once may cost."""
    archive_queue_mib: int = Field(default=16384, ge=256, le=1048576)
    """WAL that may wait for the repository, in MiB. Beyond it pgBackRest gives up the waiting files, so that the disk
    does not fill and the database goes on; times between that and the next backup can then not be restored, so make one
    at once: `hft backup now`. Less than what the data disk has free."""
    memory_mib: int = Field(default=256, ge=128, le=16384)
    """Memory limit of the agent that makes backups on each host of the database, in MiB."""
    drill_memory_mib: int = Field(default=1024, ge=512, le=65536)
    """Memory limit of the container that drills, in MiB: a small server with 128 MiB of shared_buffers."""
    metrics_port: Annotated[int, PORT] = 19854
    """Port of the agents' metrics."""
    drill_port: Annotated[int, PORT] = 19855
    """Port of the metrics of drills and verifications."""
    server_port: Annotated[int, PORT] = 19856
    """Port of the repository's server, where `repository.host` has one."""

    def port_uses(self, hosts: tuple[str, ...]) -> tuple[PortUse, ...]:
        """The ports of all parts, for a database on these hosts."""
        return (
            *uses("backup.metrics_port", self.metrics_port, tuple(dict.fromkeys(hosts))),
            *uses("backup.drill_port", self.drill_port, (self.proven_on(hosts),)),
            *uses("backup.server_port", self.server_port, (self.repository.host,) if self.repository.host else ()),
        )

    def proven_on(self, hosts: Sequence[str]) -> str:
        """Host that drills and verifies, for a database on these hosts."""
        return self.drill_host or hosts[-1]

    @model_validator(mode="after")
    def _queue_holds_what_a_timeout_makes(self) -> "BackupSettings":
        if self.archive_queue_mib < 4 * _WAL_FILE_MIB * self.process_max:
            raise ValueError(
                f"archive_queue_mib={self.archive_queue_mib} holds less than 4 WAL files of {_WAL_FILE_MIB} MiB for "
                f"each of process_max={self.process_max}: raise it or lower process_max"
            )
        return self

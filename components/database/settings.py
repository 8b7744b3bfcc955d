"""What an operator chooses for the database: etcd, the PostgreSQL cluster, and the objects in it."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from components._common.ports import PORT, PortUse, uses
from components._common.settings import Settings
from components.database.failover import FailoverSettings
from components.database.hypertables import HypertableSettings, IndexSettings, check_hypertables
from components.database.hypertables.chunks import chunk_minutes
from components.database.room import LEAST_WORK_KIB, Room

Disk = Literal["nvme", "ssd", "hdd"]
"""nvme = flash on PCIe; ssd = flash behind SATA; hdd = a disk that turns."""

Edition = Literal["apache", "community"]
"""apache = Debian's build (no compression, continuous aggregates or jobs); community = the vendor's build."""

DATABASE = "hft"
"""The database of the trading system, one on each cluster."""

TRADING_HYPERTABLES = (
    HypertableSettings(
        table="ticks",
        rows_per_second=500,
        row_bytes=206,
        retention_days=30,
        # The newest tick of a symbol on any venue: the migrations' index has the venue in between, so all ticks of the
        # symbol were read and sorted, 416 ms of 4 million rows against 0.03 ms. It makes a COPY take 1.7 times as long.
        indexes=(IndexSettings(name="ticks_symbol_ts", columns=("symbol", "ts DESC")),),
    ),
    HypertableSettings(table="order_events", chunk_minutes=1440),
    HypertableSettings(table="opportunities", chunk_minutes=1440, retention_days=365),
    HypertableSettings(table="audit_log", chunk_minutes=10080),
)
"""The tables of the migrations. Orders and audit are kept: MiFID II Art. 25 asks for five years, SEC 17a-4 for six."""

# PostgreSQL documentation, superuser_reserved_connections: 3 of the connections are for superusers; Patroni, the
# provider and a person at work use up to 10 in all.
_CONNECTIONS_OF_OTHERS = 10
_DISK_PER_WAL = 4


class EtcdSettings(Settings):
    """The lease and configuration store of the cluster."""

    hosts: tuple[str, ...]
    """Host of each member; 3 members survive the loss of one, 5 of two."""
    memory_mib: int = Field(default=256, ge=128, le=8192)
    """Memory limit of one member, in MiB; a quota of 256 MiB is kept mapped."""
    quota_mib: int = Field(default=256, ge=64, le=8192)
    """Size at which a member stops taking writes, in MiB; Patroni's keys take some KiB."""
    compaction_hours: int = Field(default=1, ge=1, le=168)
    """How many hours of old revisions are kept. etcd documentation, maintenance: periodic compaction."""
    client_port: Annotated[int, PORT] = 12379
    """First port for clients."""
    peer_port: Annotated[int, PORT] = 12479
    """First port for peers."""
    metrics_port: Annotated[int, PORT] = 12579
    """First port of metrics and health."""

    def port_uses(self) -> tuple[PortUse, ...]:
        """The ports of all members."""
        return (
            *uses("database.etcd.client_port", self.client_port, self.hosts),
            *uses("database.etcd.peer_port", self.peer_port, self.hosts),
            *uses("database.etcd.metrics_port", self.metrics_port, self.hosts),
        )

    @model_validator(mode="after")
    def _a_majority_exists(self) -> "EtcdSettings":
        if len(self.hosts) not in (1, 3, 5):
            raise ValueError(f"etcd.hosts has {len(self.hosts)} members: make it 1, 3 or 5, so that a majority exists")
        return self


class RoleSettings(Settings):
    """Bounds of one database role."""

    connection_limit: int = Field(ge=1, le=1000)
    """Connections that it may hold."""
    statement_timeout_seconds: int = Field(ge=0, le=86400)
    """Longest statement, in s; 0 = no bound. A commit that waits for its standby is not cut off by it."""
    lock_timeout_seconds: int = Field(default=5, ge=0, le=86400)
    """Longest wait for a lock, in s; 0 = no bound. Who waits for a strong lock holds up all who come after."""
    idle_in_transaction_seconds: int = Field(default=60, ge=0, le=86400)
    """After so much silence inside a transaction the session is ended, in s; 0 = as the server says, 60 s."""

    @model_validator(mode="after")
    def _a_lock_times_out_first(self) -> "RoleSettings":
        # PostgreSQL documentation, lock_timeout: pointless at statement_timeout or above, as that always fires first.
        if 0 < self.statement_timeout_seconds <= self.lock_timeout_seconds:
            raise ValueError(
                f"lock_timeout_seconds={self.lock_timeout_seconds} is not below "
                f"statement_timeout_seconds={self.statement_timeout_seconds}, which would always come first: lower it"
            )
        return self


class DatabaseObjectsSettings(Settings):
    """Roles and schema of the trading database."""

    edition: Edition = "apache"
    """The TimescaleDB that the server must have; anything else fails before a table is made."""
    hypertables: tuple[HypertableSettings, ...] = TRADING_HYPERTABLES
    """Every hypertable, with its chunks, indexes, retention, compression and roll-ups. What is left out keeps what it
    has, and nothing looks after it any more."""
    owner: RoleSettings = RoleSettings(connection_limit=5, statement_timeout_seconds=0)
    """hft_owner, who migrates: a migration may take long."""
    writer: RoleSettings = RoleSettings(
        connection_limit=35, statement_timeout_seconds=10, idle_in_transaction_seconds=10
    )
    """hft_writer, as which engines store orders: a write that takes 10 s is lost time for all behind it."""
    ticks: RoleSettings = RoleSettings(
        connection_limit=15, statement_timeout_seconds=10, idle_in_transaction_seconds=10
    )
    """hft_ticks, as which engines store ticks and opportunities, with commits that wait for no disk."""
    reader: RoleSettings = RoleSettings(connection_limit=18, statement_timeout_seconds=60)
    """hft_reader, for Grafana and people."""
    monitoring: RoleSettings = RoleSettings(connection_limit=10, statement_timeout_seconds=10)
    """hft_monitoring, for exporters."""
    guard: RoleSettings = RoleSettings(connection_limit=7, statement_timeout_seconds=5, lock_timeout_seconds=2)
    """hft_guard, one connection for each node's disk guard."""

    @property
    def connections(self) -> int:
        """Connections that the roles may hold together."""
        ours = (self.owner, self.writer, self.ticks, self.reader, self.monitoring, self.guard)
        return sum(role.connection_limit for role in ours)

    @model_validator(mode="after")
    def _hypertables_differ(self) -> "DatabaseObjectsSettings":
        check_hypertables(self.hypertables)
        return self

    @model_validator(mode="after")
    def _edition_compresses(self) -> "DatabaseObjectsSettings":
        compressed = [each.table for each in self.hypertables if each.compression]
        if compressed and self.edition == "apache":
            raise ValueError(
                f"objects.hypertables {compressed} have compression, which objects.edition=apache cannot do: leave it "
                "out, or set edition to community and build its images: hft images build --edition community"
            )
        return self


class DatabaseSettings(Settings):
    """A PostgreSQL cluster with TimescaleDB under Patroni."""

    etcd: EtcdSettings
    """The store that elects the leader."""
    hosts: tuple[str, ...] = Field(min_length=1, max_length=7)
    """Host of each node; one node is the primary, the others are standbys."""
    synchronous_standbys: int = Field(default=1, ge=0, le=6)
    """Standbys, any of them, that confirm a commit before the client hears of it; 1 loses no acknowledged row with one
    host. With fewer at work the primary acknowledges nothing."""
    memory_mib: int = Field(default=2048, ge=512, le=1048576)
    """Memory limit of one node, in MiB; a quarter becomes shared_buffers."""
    cpus: int = Field(default=1, ge=1, le=256)
    """CPUs that one node counts on, for index builds and autovacuum: those of its host that no engine has. A choice of
    its own, as one that followed the engines' would restart all nodes when an engine moves."""
    disk: Disk = "nvme"
    """What the data is on."""
    huge_pages: Literal["off", "try", "on"] = "try"
    """Huge pages for shared memory; "on" does not start where the host has not set them aside (vm.nr_hugepages)."""
    shm_mib: int = Field(default=256, ge=256, le=262144)
    """/dev/shm of one node, in MiB. Docker's 64 MiB break parallel queries (docker-library/postgres#416)."""
    wal_mib: int = Field(default=2048, ge=256, le=1048576)
    """max_wal_size, in MiB: more makes checkpoints rarer and crash recovery longer. With less than this free on
    a node's disk ticks are refused, until half as much again is free."""
    data_mib: int | None = Field(default=None, ge=1024, le=1073741824)
    """Size of the file system of a node's data, in MiB: bounds what the slot of a lost standby keeps. Without, only
    wal_mib does."""
    max_connections: int = Field(default=100, ge=25, le=1000)
    """Connections of one node, for all roles together."""
    log_connections: bool = False
    """Whether the log says who came and went, as the rules of a regime ask. Each look of a witness is a line too: with
    three hosts 10 a second at the primary, 90 MB a day, so ship the log before Docker drops its oldest 50 MB."""
    stop_grace_seconds: int = Field(default=90, ge=60, le=600)
    """From SIGTERM to SIGKILL, in s: longer than a shutdown checkpoint."""
    failover: FailoverSettings = FailoverSettings()
    """Patroni's and etcd's timers."""
    objects: DatabaseObjectsSettings = DatabaseObjectsSettings()
    """Roles and schema."""
    postgres_port: Annotated[int, PORT] = 15432
    """First port of PostgreSQL."""
    patroni_port: Annotated[int, PORT] = 18008
    """First port of Patroni's REST API and metrics."""
    exporter_port: Annotated[int, PORT] = 19187
    """First port of the PostgreSQL exporters."""
    witness_port: Annotated[int, PORT] = 19208
    """Port of the witnesses' metrics."""
    guard_port: Annotated[int, PORT] = 19197
    """First port of the disk guards."""

    @property
    def room(self) -> Room:
        """How the memory of a node is divided."""
        return Room(memory_mib=self.memory_mib, connections=self.max_connections, cpus=self.cpus)

    @property
    def witness_hosts(self) -> tuple[str, ...]:
        """Hosts with a witness: each that has a node, where there are several and witnesses are wanted."""
        hosts = tuple(dict.fromkeys(self.hosts))
        return hosts if len(hosts) > 1 and self.failover.witness_probes else ()

    def port_uses(self) -> tuple[PortUse, ...]:
        """The ports of all parts."""
        return (
            *self.etcd.port_uses(),
            *uses("database.postgres_port", self.postgres_port, self.hosts),
            *uses("database.patroni_port", self.patroni_port, self.hosts),
            *uses("database.exporter_port", self.exporter_port, self.hosts),
            *uses("database.witness_port", self.witness_port, self.witness_hosts),
            *uses("database.guard_port", self.guard_port, self.hosts),
        )

    @model_validator(mode="after")
    def _standbys_exist(self) -> "DatabaseSettings":
        replicas = len(self.hosts) - 1
        if self.synchronous_standbys > replicas:
            raise ValueError(
                f"synchronous_standbys={self.synchronous_standbys} exceeds replicas={replicas}: "
                "add hosts or lower synchronous_standbys"
            )
        return self

    @model_validator(mode="after")
    def _wal_leaves_room_for_data(self) -> "DatabaseSettings":
        # max_wal_size, as much again kept by slots (a quarter of the disk), and the guard's 1.5 times that.
        if self.data_mib is not None and self.data_mib < _DISK_PER_WAL * self.wal_mib:
            raise ValueError(
                f"data_mib={self.data_mib} is less than {_DISK_PER_WAL} times wal_mib={self.wal_mib}, so WAL and its "
                f"reserve leave nothing for data: lower wal_mib to {self.data_mib // _DISK_PER_WAL} or enlarge the disk"
            )
        return self

    @model_validator(mode="after")
    def _each_guard_gets_in(self) -> "DatabaseSettings":
        if self.objects.guard.connection_limit < len(self.hosts):
            raise ValueError(
                f"objects.guard.connection_limit={self.objects.guard.connection_limit} is less than the "
                f"{len(self.hosts)} nodes, each of which has a guard: raise it"
            )
        return self

    @model_validator(mode="after")
    def _chunks_fit_into_memory(self) -> "DatabaseSettings":
        chunk_minutes(self.objects.hypertables, self.memory_mib)
        return self

    @model_validator(mode="after")
    def _connections_suffice(self) -> "DatabaseSettings":
        needed = self.objects.connections + _CONNECTIONS_OF_OTHERS
        if needed > self.max_connections:
            raise ValueError(
                f"max_connections={self.max_connections} is less than the {needed} that the roles' connection_limit "
                f"and {_CONNECTIONS_OF_OTHERS} for Patroni and the deployment need: raise it or lower the limits"
            )
        return self

    @model_validator(mode="after")
    def _connections_have_room(self) -> "DatabaseSettings":
        if not self.room.suffices:
            raise ValueError(
                f"memory_mib={self.memory_mib} leaves each of max_connections={self.max_connections} less than the "
                f"{LEAST_WORK_KIB} KiB to sort in that PostgreSQL needs: raise it or lower max_connections"
            )
        return self

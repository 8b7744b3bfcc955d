set -eu
patroni --version
pgbackrest version
mkdir /tmp/patroni
cat > /tmp/patroni/10-patroni.yml <<'EOF'
scope: check
name: check-0
restapi: {listen: "127.0.0.1:28008", connect_address: "192.0.2.10:28008"}
etcd3: {hosts: ["127.0.0.1:32379"]}
postgresql:
  listen: 127.0.0.1:25432
  connect_address: 192.0.2.10:25432
  data_dir: /var/lib/hft/data/pg17
  bin_dir: /usr/lib/postgresql/17/bin
  authentication:
    superuser: {username: postgres}
    replication: {username: replicator}
    rewind: {username: rewind_user}
EOF
# The check refuses loopback addresses as a member's own, and wants etcd's port to answer.
python3 -m http.server --bind 127.0.0.1 --directory /run/postgresql 32379 2> /dev/null &
for _ in $(seq 50); do curl -sS -o /dev/null http://127.0.0.1:32379 2> /dev/null && break || sleep 0.1; done
patroni --validate-config /tmp/patroni --ignore-listen-port

# A server with all that the image brings.
initdb --pgdata=/var/lib/hft/data/pg17 --auth=trust --data-checksums > /dev/null
cat >> /var/lib/hft/data/pg17/postgresql.conf <<'EOF'
listen_addresses = '127.0.0.1'
port = 25432
unix_socket_directories = '/run/postgresql'
shared_preload_libraries = 'timescaledb,pg_cron,pgaudit'
timescaledb.telemetry_level = off
shared_buffers = 16MB
EOF
pg_ctl --pgdata=/var/lib/hft/data/pg17 --wait --log=/tmp/postgres.log start > /dev/null || { cat /tmp/postgres.log; exit 1; }
sql() { psql -XAtq --host=127.0.0.1 --port=25432 --username=postgres --dbname=postgres --command="$1"; }
for extension in timescaledb pg_cron pgaudit; do sql "CREATE EXTENSION $extension" 2>&1 | grep -i error && exit 1; done
sql 'CREATE TABLE ticks (at timestamptz NOT NULL, price numeric)'
sql "SELECT create_hypertable('ticks', 'at')" > /dev/null
test "$(sql 'SELECT count(*) FROM timescaledb_information.hypertables')" = 1

# Nobody waits for the stop: the hook leaves it to Patroni, also where one that waited has died.
hft-before-stop /var/lib/hft/data/pg17
mkdir /tmp/hft-handover
mkfifo /tmp/hft-handover/stopping /tmp/hft-handover/go
hft-before-stop /var/lib/hft/data/pg17
pg_ctl --pgdata=/var/lib/hft/data/pg17 status > /dev/null
# Somebody does: it is told, and the hook stops PostgreSQL on a word, and returns when it has stopped.
exec 9> /tmp/hft-handover.lock
flock -n 9
hft-before-stop /var/lib/hft/data/pg17 &
read -r told < /tmp/hft-handover/stopping
test "$told" = stopping
pg_ctl --pgdata=/var/lib/hft/data/pg17 status > /dev/null
echo > /tmp/hft-handover/go
wait $!
! pg_ctl --pgdata=/var/lib/hft/data/pg17 status > /dev/null || exit 1
pg_controldata /var/lib/hft/data/pg17 | grep -q '^Database cluster state: *shut down$'
# One that still archives is left to Patroni.
printf '%s\n' 'archive_mode = on' "archive_command = 'sleep 4'" >> /var/lib/hft/data/pg17/postgresql.conf
pg_ctl --pgdata=/var/lib/hft/data/pg17 --wait --log=/tmp/postgres.log start > /dev/null
(read -r told < /tmp/hft-handover/stopping; echo > /tmp/hft-handover/go) &
hft-before-stop /var/lib/hft/data/pg17
pg_ctl --pgdata=/var/lib/hft/data/pg17 status > /dev/null
pg_controldata /var/lib/hft/data/pg17 | grep -q '^Database cluster state: *shut down$'
exec 9>&-

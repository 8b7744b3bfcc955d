set -eu
pgbackrest version
test "$(readlink /var/lib/hft/data)" = /tmp/node
python3 -c 'import prometheus_client, psycopg, agent.serve; print(psycopg.pq.__impl__)'
! python3 -m agent 2> /tmp/refused || exit 1
grep -q 'backup.json' /tmp/refused

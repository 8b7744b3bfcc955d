# candidate.sh PORT WAIT_SECONDS, in the container of the standby that is to lead: say how far it is.
#
# Says `ready`. Then says `chosen` when it has the lease, which shows in the standbys that Patroni has its commits wait
# for, and `promoted` as soon as it takes writes; both only within WAIT_SECONDS.
port=$1 wait=$2
exec 3< <(timeout "$wait" psql -XAtq -v ON_ERROR_STOP=1 -p "$port" postgres <<'SQL'
SET log_min_duration_statement = -1;
SELECT pg_is_in_recovery(), current_setting('synchronous_standby_names') \watch i=0.01
SQL
)
IFS='|' read -r -u 3 _ before || exit 1
echo ready
while IFS='|' read -r -u 3 recovering now; do
    [ "$now" = "$before" ] || { before=$now; echo chosen; }
    [ "$recovering" = t ] || { echo promoted; exit; }
done

# candidate.sh PORT OLD WAIT_SECONDS, in the container of the standby that is to lead: say how far it is.
#
# Says `ready`, then `promoted` as soon as it takes writes, and `followed` when the node OLD, which led before, streams from
# it; all within WAIT_SECONDS.
port=$1 old=$2 wait=$3
# \watch ends each of its tables with an empty line, also where its rows go elsewhere.
timeout "$wait" psql -XAtq -v ON_ERROR_STOP=1 -v "old=$old" -p "$port" postgres <<'SQL' | grep --line-buffered .
SET log_min_duration_statement = -1;
\o /dev/null
\echo ready
SELECT 1 WHERE pg_is_in_recovery() \watch i=0.01 m=1
\echo promoted
SELECT 1 WHERE NOT EXISTS (
    SELECT FROM pg_stat_replication WHERE application_name = :'old' AND state = 'streaming') \watch i=0.1 m=1
\echo followed
SQL

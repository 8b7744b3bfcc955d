# follower.sh HOLD_SECONDS PORT ADDRESS NEXT_PORT, in the container of any other standby: have it follow the next primary,
# which is at ADDRESS and NEXT_PORT, before that leads.
#
# Commits wait for a standby, so the next primary confirms none until one follows it. But a Patroni that sees a
# switchover without a leader sleeps for 2 s before it looks again (4.0.7, ha.py, process_unhealthy_cluster), and one that
# was halted meanwhile and reads the end of one leader and the beginning of the next at once may still look in between.
# So PostgreSQL is told: says `ready`; on the next line it halts Patroni, which would have it follow the old primary
# again, says `halted`, and has PostgreSQL stream from the next primary while that still is a standby too. At the line
# after that, at the end of its input, on a signal or after HOLD_SECONDS Patroni goes on, also if this has died. It sees
# to it that the right one is followed, whoever leads, and takes this setting away when it next writes its own.
hold=$1 port=$2 address=$3 next_port=$4
patroni=$(grep -lsxF 'PPid:	1' /proc/[0-9]*/status | while IFS=/ read -r _ _ pid _; do
    tr '\0' ' ' < "/proc/$pid/cmdline" | grep -q ' /usr/bin/patroni ' && echo "$pid"
done)
[ -n "$patroni" ] || { echo 'no process of Patroni below the first one' >&2; exit 1; }
exec {server}> >(exec psql -XAtq -v ON_ERROR_STOP=1 -p "$port" -v "address=$address" -v "port=$next_port" postgres > /dev/null)
# As Patroni will want it, to the letter: any other change of it ends the stream once more.
cat >&"$server" <<'SQL'
SELECT regexp_replace(regexp_replace(current_setting('primary_conninfo'),
    '\mhost=\S+', 'host=' || :'address'), '\mport=\S+', 'port=' || :'port') AS next \gset
SQL
echo ready
read -r _ || exit 0
trap 'kill -CONT "$patroni"' EXIT
trap exit INT TERM HUP
(
    # psql ends with the last one that could write to it.
    eval "exec $server>&-"
    exec setsid bash -c 'sleep "$1"; kill -CONT "$2"' bash "$hold" "$patroni"
) < /dev/null > /dev/null 2>&1 &
kill -STOP "$patroni"
echo halted
cat >&"$server" <<'SQL'
ALTER SYSTEM SET primary_conninfo = :'next';
SELECT pg_reload_conf();
SQL
exec {server}>&-
read -r -t "$hold" _
kill -CONT "$patroni"
echo following

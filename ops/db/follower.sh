# follower.sh HOLD_SECONDS, in the container of any other standby: have it follow the next primary at once.
#
# Commits wait for a standby, so the next primary confirms none until one follows it. But a Patroni that sees a
# switchover without a leader sleeps for 2 s before it looks again (4.0.7, ha.py, process_unhealthy_cluster). So it is
# not to see that: says `ready`; on the next line it halts Patroni, not PostgreSQL, and says `halted`. At the line after
# that, at the end of its input or on a signal, Patroni goes on, and so it does after HOLD_SECONDS if this has died.
hold=$1
patroni=$(grep -lsxF 'PPid:	1' /proc/[0-9]*/status | while IFS=/ read -r _ _ pid _; do
    tr '\0' ' ' < "/proc/$pid/cmdline" | grep -q ' /usr/bin/patroni ' && echo "$pid"
done)
[ -n "$patroni" ] || { echo 'no process of Patroni below the first one' >&2; exit 1; }
echo ready
read -r _ || exit 0
trap 'kill -CONT "$patroni"' EXIT
trap exit INT TERM HUP
setsid bash -c 'sleep "$1"; kill -CONT "$2"' bash "$hold" "$patroni" < /dev/null > /dev/null 2>&1 &
kill -STOP "$patroni"
echo halted
read -r -t "$hold" _
kill -CONT "$patroni"
echo following

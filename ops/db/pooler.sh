# pooler.sh PORT DATABASE DRAIN_SECONDS HOLD_SECONDS, in a pooler's container: hold the clients of a database back.
#
# Says `ready`. On the line `pause` it starts no transaction any more, waits until none runs, at
# most DRAIN_SECONDS, and says `paused`, or `busy` where one still does. At the next line, at the end of its input, on a
# signal or after HOLD_SECONDS, whatever is first, it lets the clients go and says `resumed`.
port=$1 database=$2 drain=$3 hold=$4
console=(psql -XAtq -v ON_ERROR_STOP=1 -h /tmp -p "$port" -U pgbouncer pgbouncer)

state=$("${console[@]}" -P tuples_only=off -P footer=off -c 'SHOW DATABASES' | awk -F '|' -v name="$database" '
    NR == 1 { for (i = 1; i <= NF; i++) if ($i == "paused") column = i; next }
    $1 == name { print $column }')
case $state in
    0) ;;
    1) echo "clients of $database are held back already; let them go: RESUME $database on PgBouncer's console" >&2; exit 1 ;;
    *) echo "the pooler shows no database $database" >&2; exit 1 ;;
esac
# One that waits for its word is quicker than one that has to start first.
exec 3> >("${console[@]}")
resuming=$!
coproc pausing { "${console[@]}"; }
resume() {
    printf 'RESUME %s;\n\\echo resumed\n' "$database" >&3
    exec 3>&-
    wait "$resuming"
}
echo ready
read -r _ || exit 0
trap resume EXIT
trap exit INT TERM HUP
# A pause that is not waited for to its end stays one.
printf 'PAUSE %s;\n\\echo paused\n' "$database" >&"${pausing[1]}"
read -r -t "$drain" -u "${pausing[0]}" said
echo "${said:-busy}"
read -r -t "$hold" _

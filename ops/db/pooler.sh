# pooler.sh PORT DATABASE DRAIN_SECONDS HOLD_SECONDS, in a pooler's container: hold the clients of a database back.
#
# Says `ready`. On the line `pause` it starts no transaction any more, waits until none runs, at
# most DRAIN_SECONDS, and says `paused`, or `busy` where one still does. At the next line, at the end of its input, on a
# signal or after HOLD_SECONDS, whatever is first, it lets the clients go and says `resumed`. Each word is of all
# processes of the pooler.
port=$1 database=$2 drain=$3 hold=$4
console=(psql -XAtq -v ON_ERROR_STOP=1 -p "$port" -U pgbouncer)
# Each process has its socket in a folder: /tmp, or one below it where there are several.
mapfile -t folders < <(find /tmp -maxdepth 2 -name ".s.PGSQL.$port" -printf '%h\n')
[ "${#folders[@]}" -gt 0 ] || { echo "no PgBouncer has a socket for port $port" >&2; exit 1; }

for folder in "${folders[@]}"; do
    state=$("${console[@]}" -h "$folder" -P tuples_only=off -P footer=off -c 'SHOW DATABASES' pgbouncer |
        awk -F '|' -v name="$database" '
            NR == 1 { for (i = 1; i <= NF; i++) if ($i == "paused") column = i; next }
            $1 == name { print $column }')
    case $state in
        0) ;;
        1) echo "clients of $database are held back already; let them go: RESUME $database on PgBouncer's console" >&2; exit 1 ;;
        *) echo "the pooler shows no database $database" >&2; exit 1 ;;
    esac
done

# tell COMMAND WORD CONSOLE…: each says the word when it has carried out the command.
tell() {
    for each in "${@:3}"; do printf '%s %s;\n\\echo %s\n' "$1" "$database" "$2" >&"$each"; done
}
# heard WORD SECONDS: whether every process says it in time.
heard() {
    local missing=${#folders[@]} left seconds said end=$((${EPOCHREALTIME/./} + $2 * 1000000))
    while [ "$missing" -gt 0 ]; do
        left=$((end - ${EPOCHREALTIME/./}))
        [ "$left" -gt 0 ] || return 1
        printf -v seconds '%d.%06d' $((left / 1000000)) $((left % 1000000))
        read -r -t "$seconds" -u "$answers" said || return 1
        [ "$said" != "$1" ] || missing=$((missing - 1))
    done
}
resume() {
    tell RESUME resumed "${resuming[@]}"
    heard resumed "$hold" && echo resumed
}

# A console that has ended must not keep the others from being told.
trap '' PIPE
mkfifo "/tmp/answers.$$"
exec {answers}<> "/tmp/answers.$$"
rm "/tmp/answers.$$"
# One that waits for its word is quicker than one that has to start first; and one that pauses hears no other word.
for folder in "${folders[@]}"; do
    exec {each}> >("${console[@]}" -h "$folder" pgbouncer >&"$answers")
    pausing+=("$each")
    exec {each}> >("${console[@]}" -h "$folder" pgbouncer >&"$answers")
    resuming+=("$each")
done
echo ready
read -r _ || exit 0
trap resume EXIT
trap exit INT TERM HUP
# A pause that is not waited for to its end stays one.
tell PAUSE paused "${pausing[@]}"
if heard paused "$drain"; then echo paused; else echo busy; fi
read -r -t "$hold" _

# stopping.sh URL BODY POSTGRES_PORT DRAIN_SECONDS STOPPING_SECONDS GO_SECONDS CURL_OPTION…, in the primary's container: ask
# Patroni for something that stops PostgreSQL, a switchover or a restart.
#
# Refuses while a transaction is open for longer than DRAIN_SECONDS, which would be cut. Writes all dirty pages down, so
# that the stop has few. Says `ready`; on the next line it sends Patroni the
# request, and says `stopping` when Patroni is about to stop PostgreSQL (images/timescaledb/hft-before-stop), which
# nobody can call off any more. On the next line, at the end of its input or after GO_SECONDS it lets it stop, and says
# Patroni's own answer.
url=$1 body=$2 port=$3 drain=$4 stopping=$5 go=$6
shift 6
pipes=/tmp/hft-handover
grep -qs hft-before-stop /etc/hft/patroni/*.yml || { echo 'the node is older than this command: run hft up' >&2; exit 1; }
exec 9> "$pipes.lock"
flock -n 9 || { echo 'another switchover or restart is at work' >&2; exit 1; }
rm -rf "$pipes"
trap 'rm -rf "$pipes"' EXIT
trap exit INT TERM HUP
mkdir "$pipes"
mkfifo "$pipes/stopping" "$pipes/go"
exec 3<> "$pipes/stopping" 4<> "$pipes/go"
sql=(psql -XAtq -v ON_ERROR_STOP=1 -v "seconds=$drain" -p "$port" postgres)
open=$("${sql[@]}" <<'SQL'
SELECT format('a transaction of %s has been open for %s s, longer than the %s s that are waited for: end it (SELECT '
              'pg_terminate_backend(%s)), or try again later',
              usename, round(extract(epoch FROM clock_timestamp() - xact_start)), :seconds, pid)
FROM pg_stat_activity
WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
  AND xact_start < clock_timestamp() - :seconds * interval '1 s'
ORDER BY xact_start LIMIT 1
SQL
) || exit 1
[ -z "$open" ] || { echo "$open" >&2; exit 1; }
"${sql[@]}" -c CHECKPOINT || exit 1
echo ready
read -r _ || exit 0
exec 5< <(curl -sS "$@" --max-time 60 -H 'Content-Type: application/json' \
    -d "$body" "$url" 2>&1)
read -r -t "$stopping" -u 3 || { echo "Patroni: $(timeout 5 cat <&5)" >&2; exit 1; }
echo stopping
read -r -t "$go" _
echo >&4
cat <&5
echo

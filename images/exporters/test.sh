set -eu
for kind in node postgres pgbouncer blackbox redis; do "prometheus-$kind-exporter" --version 2>&1 | head -1; done
printf '%s' 'a:b\c"d' > /run/secrets/db-monitoring

# Starts an exporter in the background and waits for its metrics.
answers() {
    port=$1 metric=$2
    shift 2
    hft-exporter "$@" > /tmp/exporter.log 2>&1 &
    for _ in $(seq 50); do
        curl -fsS "http://127.0.0.1:$port/metrics" 2> /dev/null > /tmp/metrics && grep -m 1 "^$metric" /tmp/metrics && break
        sleep 0.1
    done
    grep -q "^$metric" /tmp/metrics || { cat /tmp/exporter.log; exit 1; }
    head -1 /tmp/exporter.log | grep -q '^{"' || { cat /tmp/exporter.log; exit 1; }
    ! grep -F 'a:b' "/proc/$!/cmdline" "/proc/$!/environ" || exit 1
    kill $!
    rm /tmp/metrics
}

echo 'modules: {tcp: {prober: tcp}}' > /tmp/blackbox.yml
answers 29100 node_cpu_seconds_total node --web.listen-address=127.0.0.1:29100
answers 29115 blackbox_exporter_config_last_reload_successful blackbox --config.file=/tmp/blackbox.yml --web.listen-address=127.0.0.1:29115
answers 29187 'pg_up' postgres 127.0.0.1 25999 postgres monitor /run/secrets/db-monitoring /etc/hft/ca.crt --web.listen-address=127.0.0.1:29187
# Ends where no PgBouncer answers; its restart policy brings it back.
! hft-exporter pgbouncer 127.0.0.1 25999 pgbouncer monitor /run/secrets/db-monitoring /etc/hft/ca.crt > /tmp/exporter.log 2>&1 || exit 1
grep -q 'pinging pgbouncer: dial tcp 127.0.0.1:25999: connect: connection refused' /tmp/exporter.log
grep -qxF '*:*:*:*:a\:b\\c"d' /tmp/pgpass
answers 29121 'redis_up 0' redis 127.0.0.1 25999 monitor /run/secrets/db-monitoring -web.listen-address=127.0.0.1:29121
grep -qxF '{"redis://monitor@127.0.0.1:25999": "a:b\\c\"d"}' /tmp/passwords.json
! hft-exporter oracle 2> /dev/null || exit 1

set -eu
haproxy -v | head -1
cat > /tmp/haproxy.cfg <<'EOF'
global
    maxconn 64
defaults
    mode tcp
    timeout connect 1s
    timeout client 1s
    timeout server 1s
frontend stats
    mode http
    bind 127.0.0.1:28404
    http-request use-service prometheus-exporter if { path /metrics }
EOF
haproxy -c -f /tmp/haproxy.cfg
haproxy -W -db -f /tmp/haproxy.cfg &
for _ in $(seq 50); do
    curl -fsSo /tmp/metrics http://127.0.0.1:28404/metrics 2> /dev/null && break
    sleep 0.1
done
grep '^haproxy_process_nbproc' /tmp/metrics
kill -USR1 $!
wait $!
echo 'frontend broken' >> /tmp/haproxy.cfg && echo '    bind nowhere' >> /tmp/haproxy.cfg
! haproxy -c -f /tmp/haproxy.cfg 2> /dev/null || exit 1

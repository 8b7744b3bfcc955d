set -eu
pgbouncer --version | head -1
! pg-ping 127.0.0.1 36432 2> /dev/null || exit 1
cat > /tmp/pgbouncer.ini <<'EOF'
[databases]
hft = host=127.0.0.1 port=35432
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = 36432
unix_socket_dir = /tmp
auth_type = scram-sha-256
auth_file = /tmp/users
EOF
echo '"app" "checked"' > /tmp/users
pgbouncer -q /tmp/pgbouncer.ini &
for _ in $(seq 50); do
    pg-ping 127.0.0.1 36432 2> /dev/null && kill -INT $! && wait $! && exit 0
    sleep 0.1
done
exit 1

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
    if pg-ping 127.0.0.1 36432 2> /dev/null; then
        # Its own user is administrator on the Unix socket, without a password, and nobody is by address.
        psql -XAtq -h /tmp -p 36432 -U pgbouncer -c 'PAUSE hft' -c 'RESUME hft' pgbouncer || exit 1
        ! psql -XAtqw -h 127.0.0.1 -p 36432 -U pgbouncer -c 'SHOW VERSION' pgbouncer 2> /dev/null || exit 1
        kill -INT $! && wait $! && exit 0
    fi
    sleep 0.1
done
exit 1

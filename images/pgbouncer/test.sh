set -eu
pgbouncer --version | head -1
! pg-ping 127.0.0.1 27432 2> /dev/null || exit 1
shared='auth_type = scram-sha-256
auth_file = /tmp/users
[databases]
hft = host=127.0.0.1 port=25432'
for number in 0 1 2; do
    printf '%s\n' '[pgbouncer]' 'listen_addr = 127.0.0.1' "unix_socket_dir = /tmp/$number" 'listen_port = 27432' \
        "so_reuseport = $((number > 0))" "$shared" > "/tmp/$number.ini"
done
echo '"app" "checked"' > /tmp/users
mkdir /tmp/0

# await COMMAND…: until it succeeds, 5 s at most.
await() {
    for _ in $(seq 50); do
        if "$@" 2> /dev/null; then return; fi
        sleep 0.1
    done
    exit 1
}
console() { psql -XAtqw -h "$1" -p 27432 -U pgbouncer "${@:2}" pgbouncer; }

pgbouncer -q /tmp/0.ini &
await pg-ping 127.0.0.1 27432
# Its own user is administrator on the Unix socket, without a password, and nobody is by address.
console /tmp/0 -c 'PAUSE hft' -c 'RESUME hft'
! console 127.0.0.1 -c 'SHOW VERSION' 2> /dev/null || exit 1
kill -INT $!
wait $!

# Two on one port: one that ends takes the other one with it.
pgbouncers /tmp/1.ini /tmp/2.ini 2> /tmp/log &
for number in 1 2; do await console "/tmp/$number" -c 'SHOW VERSION'; done
console /tmp/2 -c SHUTDOWN 2> /dev/null || true
! wait $! || exit 1
grep -q '^pgbouncers: PgBouncer of /tmp/2.ini ended by itself' /tmp/log
! pg-ping 127.0.0.1 27432 2> /dev/null || exit 1

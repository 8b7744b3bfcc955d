set -eu
valkey-server --version
printf '%s\n' 'user default off' 'user app on >checked ~ref:* +@read +@write +ping' > /tmp/users.acl
printf '%s\n' 'bind 127.0.0.1' 'port 26379' 'dir /var/lib/hft/data' 'aclfile /tmp/users.acl' > /tmp/valkey.conf
valkey-server /tmp/valkey.conf > /tmp/valkey.log &
export REDISCLI_AUTH=checked
cli() { valkey-cli -h 127.0.0.1 -p 26379 --user app "$@"; }
for _ in $(seq 50); do
    cli PING > /tmp/answer 2> /dev/null && break
    sleep 0.1
done
test "$(cat /tmp/answer)" = PONG
test "$(cli SET ref:EURUSD 5)" = OK
cli SET ticks:EURUSD 1 2>&1 | grep -q NOPERM
kill $!
wait $!
test -s /var/lib/hft/data/dump.rdb

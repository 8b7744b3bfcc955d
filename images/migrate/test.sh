set -eu
sqitch --version
# What it refuses without a server; with one: tests/images/test_migrate.py.
refused() {
    ! hft-migrate 127.0.0.1 25999 hft owner 1 2> /tmp/refused || exit 1
    grep -qF "hft-migrate: $1" /tmp/refused || { cat /tmp/refused; exit 1; }
}
refused "/run/secrets/db-owner is missing or empty: mount the owner's password there"
echo checked > /run/secrets/db-owner
refused '/etc/hft/migrations holds no .sql file: mount the migrations there'

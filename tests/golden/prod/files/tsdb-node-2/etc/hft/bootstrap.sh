#!/bin/sh
# Patroni calls this once on a new cluster, on the node that leads, with the superuser's connection string as the last
# argument. It makes what nobody else may: the database with its extensions, and hft_admin, who makes the rest of it by
# the route to the primary. A second call gives hft_admin the password that the secret has by then.
set -eu
for connection; do :; done
secret=/run/secrets/db-admin
test -s "$secret" || { echo "bootstrap.sh: $secret is missing or empty" >&2; exit 1; }
# Neither the log nor the statistics of statements, which hft_monitoring reads, are to have a password.
options='-c log_statement=none -c log_min_duration_statement=-1 -c log_min_error_statement=panic'
export PGOPTIONS="${PGOPTIONS:-} $options -c pg_stat_statements.track_utility=off -c client_min_messages=error"
hft-post-bootstrap "$connection"
exec psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --dbname="$connection" <<'SQL'
\set password `cat /run/secrets/db-admin`
SELECT 'CREATE ROLE hft_admin LOGIN CREATEROLE' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'hft_admin') \gexec
SET password_encryption = 'scram-sha-256';
ALTER ROLE hft_admin PASSWORD :'password';
-- PostgreSQL 17 documentation, CREATEROLE: who makes a role may not act as it without this, and has to for schemas,
-- default privileges and grants that are the role's.
ALTER ROLE hft_admin SET createrole_self_grant = 'set, inherit';
-- As the superuser's: before the first standby is there nothing would confirm them.
ALTER ROLE hft_admin SET synchronous_commit = local;
ALTER ROLE hft_admin SET pg_stat_statements.track_utility = off;
GRANT pg_monitor TO hft_admin WITH ADMIN OPTION;
-- Not of template1, which a worker of TimescaleDB may be looking into.
SELECT 'CREATE DATABASE hft TEMPLATE template0' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'hft') \gexec
\connect hft
REVOKE ALL ON DATABASE hft FROM PUBLIC;
GRANT CONNECT, CREATE ON DATABASE hft TO hft_admin WITH GRANT OPTION;
CREATE EXTENSION IF NOT EXISTS timescaledb SCHEMA public;
CREATE EXTENSION IF NOT EXISTS pg_cron;
-- What `hft db advise` reads.
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
GRANT USAGE ON SCHEMA cron TO hft_admin WITH GRANT OPTION;
SQL

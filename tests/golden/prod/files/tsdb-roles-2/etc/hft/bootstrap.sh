#!/bin/sh
# bootstrap.sh FOLDER CONNECTION: makes what nobody but the superuser may, and gives the roles the passwords in FOLDER:
# the nodes' own roles, the database with its extensions, and hft_admin, who makes the rest of it by the route to the
# primary. Patroni calls it on a new cluster, on the node that leads, and a container beside that node whenever a password
# or this script has changed. What is there already stays as it is.
set -eu
cd "$1"
for secret in db-admin db-replication db-rewind; do
    test -s "$secret" || { echo "bootstrap.sh: $1/$secret is missing or empty" >&2; exit 1; }
done
# Neither the log nor what hft_monitoring reads, sessions and statistics of statements, is to have a password.
options='-c log_statement=none -c log_min_duration_statement=-1 -c log_min_error_statement=panic'
options="$options -c pg_stat_statements.track_utility=off -c track_activities=off -c client_min_messages=error"
# Before the first standby is there nothing would confirm these commits.
export PGOPTIONS="${PGOPTIONS:-} $options -c synchronous_commit=local"
exec psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --set=VERBOSITY=terse --dbname="$2" <<'SQL'
\set admin `cat db-admin`
\set replication `cat db-replication`
\set rewind `cat db-rewind`
SET password_encryption = 'scram-sha-256';
-- The launcher of pg_cron commits as the superuser and takes no signal while it waits for a standby: a primary that is
-- cut off could then never stop, and never follow its successor. Orders are not written by this role, nor let in from it.
ALTER ROLE CURRENT_USER SET synchronous_commit = local;
-- It had one once, and comes by the socket only.
ALTER ROLE CURRENT_USER PASSWORD NULL;
SELECT 'CREATE ROLE replicator LOGIN REPLICATION' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'replicator') \gexec
ALTER ROLE replicator PASSWORD :'replication';
-- Without it an old primary whose timeline has diverged could never come back.
SELECT 'CREATE ROLE rewind_user LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rewind_user') \gexec
ALTER ROLE rewind_user PASSWORD :'rewind';
-- PostgreSQL documentation, pg_rewind, Notes: what a role that is no superuser needs.
GRANT EXECUTE ON FUNCTION pg_catalog.pg_ls_dir(text, boolean, boolean) TO rewind_user;
GRANT EXECUTE ON FUNCTION pg_catalog.pg_stat_file(text, boolean) TO rewind_user;
GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_binary_file(text) TO rewind_user;
GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_binary_file(text, bigint, bigint, boolean) TO rewind_user;
SELECT 'CREATE ROLE hft_admin LOGIN CREATEROLE' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'hft_admin') \gexec
ALTER ROLE hft_admin PASSWORD :'admin';
-- PostgreSQL 17 documentation, CREATEROLE: who makes a role may not act as it without this, and has to for schemas,
-- default privileges and grants that are the role's.
ALTER ROLE hft_admin SET createrole_self_grant = 'set, inherit';
-- As the superuser's: before the first standby is there nothing would confirm them.
ALTER ROLE hft_admin SET synchronous_commit = local;
ALTER ROLE hft_admin SET pg_stat_statements.track_utility = off;
-- It gives roles their passwords, and the log would have them; what it does is in the history of the deployment.
ALTER ROLE hft_admin SET log_statement = none;
ALTER ROLE hft_admin SET log_min_duration_statement = -1;
ALTER ROLE hft_admin SET log_min_error_statement = panic;
GRANT pg_monitor TO hft_admin WITH ADMIN OPTION;
-- In a cluster that is older than hft_admin, the superuser made these.
SELECT format('GRANT %I TO hft_admin WITH ADMIN TRUE, INHERIT TRUE, SET TRUE', rolname) FROM pg_roles
WHERE rolname IN ('hft_owner', 'hft_writer', 'hft_ticks', 'hft_reader', 'hft_monitoring', 'hft_guard')
AND NOT pg_has_role('hft_admin', oid, 'MEMBER WITH ADMIN OPTION') \gexec
-- Not of template1, which a worker of TimescaleDB may be looking into.
SELECT 'CREATE DATABASE hft TEMPLATE template0' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'hft') \gexec
\connect hft
-- The superuser's, so that no login by TCP can drop it.
ALTER DATABASE hft OWNER TO CURRENT_USER;
REVOKE ALL ON DATABASE hft FROM PUBLIC;
GRANT CONNECT, CREATE ON DATABASE hft TO hft_admin WITH GRANT OPTION;
CREATE EXTENSION IF NOT EXISTS timescaledb SCHEMA public;
CREATE EXTENSION IF NOT EXISTS pg_cron;
-- What `hft db advise` reads.
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
-- Past every right that is checked, so all that it does here is told.
ALTER ROLE CURRENT_USER IN DATABASE hft SET log_statement = 'all';
GRANT USAGE ON SCHEMA cron TO hft_admin WITH GRANT OPTION;
SQL

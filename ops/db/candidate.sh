# candidate.sh PORT WAIT_SECONDS, in the container of the standby that is to lead: say when it takes writes.
#
# Says `ready`; on the next line it begins to look, and says `promoted` as soon as it is, if that is in time.
port=$1 wait=$2
{
    echo "SET log_min_duration_statement = -1; SET statement_timeout = '${wait}s';"
    echo '\echo ready'
    read -r _ && echo 'DO $$ BEGIN WHILE pg_is_in_recovery() LOOP PERFORM pg_sleep(0.005); END LOOP; END $$;
        \echo promoted'
} | psql -XAtq -v ON_ERROR_STOP=1 -p "$port" postgres

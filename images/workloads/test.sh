set -eu
python3 --version
python3 -c '
import aiohttp, prometheus_client, psycopg, pydantic, uvloop, workloads
assert psycopg.pq.__impl__ == "c", psycopg.pq.__impl__
print("aiohttp", aiohttp.__version__, "psycopg", psycopg.__version__, "uvloop", uvloop.__version__)
'
python3 -m workloads.venue --help > /dev/null

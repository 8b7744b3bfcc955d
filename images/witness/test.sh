set -eu
nft --version
ss --version
python3 -m workloads.witness --help > /dev/null

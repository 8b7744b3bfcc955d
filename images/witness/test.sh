set -eu
nft --version
python3 -m workloads.witness --help > /dev/null

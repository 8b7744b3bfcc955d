"""`python3 -m workloads.witness --config FILE`: watch the primary from one host until SIGTERM or SIGINT."""

from workloads.serve import arguments, run
from workloads.witness.service import Witness
from workloads.witness.settings import WitnessSettings

if __name__ == "__main__":
    settings = arguments("workloads.witness", "Watch the database's primary from this host.", WitnessSettings)
    run(lambda: Witness(settings).application(), settings.listen_address, settings.listen_port)

"""`python3 -m workloads.engine --config FILE`: run one engine until SIGTERM or SIGINT, then drain it."""

from workloads.engine.control import ControlApi
from workloads.engine.settings import EngineSettings
from workloads.serve import arguments, run

if __name__ == "__main__":
    settings = arguments("workloads.engine", "Run one arbitrage engine.", EngineSettings)
    run(lambda: ControlApi(settings).application(), settings.listen_address, settings.listen_port)

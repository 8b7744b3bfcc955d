"""An engine image of your own: CPUs of its own, the host's network, a read-only root, its key as a file.

pulumi config set image sha256:…            # docker inspect --format '{{.Id}}' <your image>
pulumi config set --secret venue-key …
"""

import pulumi

from components.hosts import Hosts, HostsArgs, HostSettings
from components.trading import TradingContainer, TradingContainerArgs, TradingContainerSettings

HERE = HostSettings.model_validate(
    {
        "name": "here",
        "docker_endpoint": "unix:///var/run/docker.sock",
        "address": "127.0.0.1",
        "failure_domain": "here",
        "cpus": "0-1",
    }
)
SETTINGS = TradingContainerSettings(host="here", cpu_set="1", memory_mib=256, stop_grace_seconds=20)

config = pulumi.Config()
at = Hosts("hosts", HostsArgs(settings=[HERE], engine_cpus={"here": SETTINGS.cpu_set})).placements
engine = TradingContainer(
    "maker",
    TradingContainerArgs(
        settings=SETTINGS,
        placements=at,
        image=config.require("image"),
        files={"/etc/hft/maker.yaml": "symbol: BTC-USD\n"},
        secrets={"venue-key": config.require_secret("venue-key")},
        healthy=["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:28080/healthz"],
        metrics_port=28080,
    ),
)

pulumi.export("container", engine.container_name)

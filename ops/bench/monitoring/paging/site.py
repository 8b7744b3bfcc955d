"""Where the parts of a deployed stack are that a fault is put into."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from docker import DockerClient
from docker.models.containers import Container

from ops.bench.monitoring.paging.looks import metrics
from ops.bench.timing import uploads
from ops.state import CONTAINER, State

ENGINE_JSON = "/etc/hft/engine.json"


@dataclass(frozen=True)
class Site:
    """One deployed stack with an engine and two simulated venues."""

    client: DockerClient
    engine: Container
    image: str
    """Image id of the engine."""
    settings: Mapping[str, Any]
    """The engine's own, as in engine.json."""
    venues: Mapping[str, str]
    """Name → URL as the host reaches it."""
    venue_containers: Mapping[str, Container]
    prices: Mapping[str, float]
    """Symbol → about what it costs, in US dollars."""
    free_port: int
    """Of the slot that the engine is not in."""
    prometheus: str
    """URL."""

    @classmethod
    def of(cls, state: State, settings: Mapping[str, Any], client: DockerClient) -> "Site":
        """What the state says of a stack on one host; `settings` by area."""
        trading, address = settings["trading"], settings["hosts"][0]["address"]
        engine, names = trading["engines"][0], [venue["name"] for venue in trading["venues"]]
        inputs = {each.name: each.inputs for each in state.of_type(CONTAINER)}
        ours = inputs[f"{engine['name']}-{engine['slot']}"]
        own = json.loads(dict(uploads(ours))[ENGINE_JSON])
        return cls(
            client=client,
            engine=client.containers.get(ours["name"]),
            image=ours["image"],
            settings=own,
            venues={name: f"http://{address}:{trading['venue_port'] + at}" for at, name in enumerate(names)},
            venue_containers={name: client.containers.get(inputs[f"venues-{name}"]["name"]) for name in names},
            prices={each["symbol"]: each["price"] for each in trading["symbols"]},
            free_port=engine["green_port"] if engine["slot"] == "blue" else engine["blue_port"],
            prometheus=f"http://{address}:{settings['monitoring']['prometheus_port']}",
        )

    def order(self, venue: str, fault: str, **body: Any) -> None:
        """Have a simulated venue misbehave, by its own control."""
        httpx.post(f"{self.venues[venue]}/control/{fault}", json=body).raise_for_status()

    def activated(self) -> bool:
        """Have the engine trade, as somebody has to say after a leg that stayed open; whether it does."""
        epoch = int(metrics(self.url)["hft_leader_epoch"])
        answer = httpx.post(f"{self.url}/control/activate", json={"epoch": epoch, "actor": "bench"})
        return answer.is_success and answer.json()["state"] == "active"

    @property
    def account(self) -> str:
        """The engine's, at every venue."""
        return f"{self.settings['stack']}-{self.settings['strategy']}"

    @property
    def url(self) -> str:
        """Where the engine answers."""
        return f"http://{self.settings['listen_address']}:{self.settings['listen_port']}"

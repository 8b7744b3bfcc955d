"""What the docker provider makes beside containers."""

from typing import ClassVar

from policies.pack.resource import Resource


class Network(Resource):
    """A network of one host, or of a swarm."""

    TYPE: ClassVar[str] = "docker:index/network:Network"


class RemoteImage(Resource):
    """An image that a host has to have."""

    TYPE: ClassVar[str] = "docker:index/remoteImage:RemoteImage"


class Service(Resource):
    """A service of a swarm."""

    TYPE: ClassVar[str] = "docker:index/service:Service"


class Volume(Resource):
    """A named volume: data that outlives containers."""

    TYPE: ClassVar[str] = "docker:index/volume:Volume"

"""A monitoring stack whose images are whatever is newest."""

import pulumi_docker as docker

for name, port in (("prometheus", 9090), ("grafana", 3000), ("alertmanager", 9093)):
    image = docker.RemoteImage(name, name=f"{name}:latest")
    docker.Container(
        name,
        name=name,
        image=image.name,
        ports=[docker.ContainerPortArgs(internal=port, external=port)],
    )

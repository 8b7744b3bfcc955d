"""Portainer and Watchtower, as their pages say to start them."""

import pulumi_docker as docker

SOCKET = docker.ContainerVolumeArgs(host_path="/var/run/docker.sock", container_path="/var/run/docker.sock")
for name in ("portainer/portainer-ce", "containrrr/watchtower"):
    docker.Container(
        name.partition("/")[2],
        name=name.partition("/")[2],
        image=name,
        restart="unless-stopped",
        privileged=True,
        pid_mode="host",
        volumes=[SOCKET, docker.ContainerVolumeArgs(host_path="/etc", container_path="/host/etc")],
    )

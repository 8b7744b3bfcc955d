"""Prices, books and sessions in one Valkey, by one user who may do anything; huge pages and shared memory for all."""

import pulumi_docker as docker

docker.Container(
    "valkey",
    name="valkey",
    image="sha256:" + "f" * 64,
    command=["valkey-server", "/etc/valkey/valkey.conf"],
    uploads=[
        docker.ContainerUploadArgs(file="/etc/valkey/valkey.conf", content="aclfile /etc/valkey/users.acl\n"),
        docker.ContainerUploadArgs(
            file="/etc/valkey/users.acl", content="user default on nopass ~* +@all\nuser feed on >x allkeys +@all\n"
        ),
    ],
    ports=[docker.ContainerPortArgs(internal=6379, external=379, ip="10.0.0.5")],
    user="0:0",
)
docker.Container(
    "strategy",
    name="strategy",
    image="sha256:" + "f" * 64,
    runtime="runsc",
    ipc_mode="host",
    user="root",
    publish_all_ports=True,
    mounts=[
        docker.ContainerMountArgs(type="bind", source="/dev/hugepages", target="/dev/hugepages"),
        docker.ContainerMountArgs(
            type="bind",
            source="/srv/data",
            target="/data",
            bind_options=docker.ContainerMountBindOptionsArgs(propagation="rshared"),
        ),
    ],
    devices=[docker.ContainerDeviceArgs(host_path="/dev/ptp0")],
    labels=[docker.ContainerLabelArgs(label="hft.tier", value="trading")],
)

"""A Patroni cluster of two on one host, with the asynchronous replication and the pg_hba of its sample."""

import json

import pulumi_docker as docker

PATRONI = {
    "scope": "trading",
    "restapi": {"listen": "0.0.0.0:8008"},
    "bootstrap": {
        "dcs": {"ttl": 30, "loop_wait": 10, "retry_timeout": 10, "synchronous_mode": False},
        "initdb": [{"encoding": "UTF8"}],
    },
    "postgresql": {
        "listen": "0.0.0.0:5432",
        "pg_hba": ["host replication all 0.0.0.0/0 md5", "host all all 0.0.0.0/0 md5"],
        "parameters": {
            "password_encryption": "md5",
            "ssl": False,
            "log_min_duration_statement": 0,
            "archive_mode": True,
        },
    },
}
for number in range(2):
    volume = docker.Volume(f"data-{number}", name=f"data-{number}")
    docker.Container(
        f"patroni-{number}",
        name=f"patroni-{number}",
        image="sha256:" + "d" * 64,
        uploads=[docker.ContainerUploadArgs(file="/etc/patroni.yml", content=json.dumps(PATRONI))],
        volumes=[docker.ContainerVolumeArgs(volume_name=volume.name, container_path="/home/postgres/data")],
        labels=[docker.ContainerLabelArgs(label="hft.tier", value="data")],
    )
    docker.Container(
        f"etcd-{number}",
        name=f"etcd-{number}",
        image="quay.io/coreos/etcd:v3.5.16",
        labels=[
            docker.ContainerLabelArgs(label="hft.tier", value="data"),
            docker.ContainerLabelArgs(label="hft.role", value=f"etcd-{number}"),
        ],
    )

"""Three members of etcd on two hosts: with one host two of them are gone, and nobody can lead."""

import pulumi
import pulumi_docker as docker

ALPHA = docker.Provider("alpha", host="ssh://desk@10.0.0.5")
BETA = docker.Provider("beta", host="ssh://desk@10.0.0.6")
for number, host in enumerate((ALPHA, BETA, ALPHA)):
    docker.Container(
        f"etcd-{number}",
        name=f"etcd-{number}",
        image="quay.io/coreos/etcd@sha256:" + "2" * 64,
        command=[f"--name=etcd-{number}"],
        labels=[docker.ContainerLabelArgs(label="hft.tier", value="data")],
        opts=pulumi.ResourceOptions(provider=host),
    )

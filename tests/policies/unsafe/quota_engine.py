"""An engine with two CPUs: `docker run --cpus=2 --memory=2g`, beside an exporter on all of them."""

import pulumi_docker as docker

ENGINE = [docker.ContainerLabelArgs(label="hft.tier", value="engine")]
IMAGE = "sha256:" + "b" * 64
docker.Container("engine", name="engine", image=IMAGE, cpus="2", memory=2048, network_mode="host", labels=ENGINE)
docker.Container("pinned", name="pinned", image=IMAGE, cpu_set="0-3", memory=2048, network_mode="host", labels=ENGINE)
docker.Container("cadvisor", name="cadvisor", image=IMAGE, cpu_set="2-5", network_mode="host", privileged=True)
docker.Container("node-exporter", name="node-exporter", image=IMAGE, network_mode="host", pid_mode="host")

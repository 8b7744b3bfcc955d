"""A sandboxed engine, an audit log that drops, a record of 30 days, keys and certificates that outlive their owner."""

import json

import pulumi_docker as docker
import pulumi_tls as tls

ENGINE = docker.ContainerLabelArgs(label="hft.tier", value="engine")
docker.Container(
    "sandboxed",
    name="sandboxed",
    image="sha256:" + "1" * 64,
    cpu_set="0-1",
    runtime="runsc",
    network_mode="bridge",
    ports=[docker.ContainerPortArgs(internal=9000, external=9000, ip="10.0.0.5")],
    mounts=[docker.ContainerMountArgs(type="bind", source="/dev/hugepages", target="/dev/hugepages")],
    labels=[ENGINE],
)
docker.Container(
    "trail",
    name="trail",
    image="sha256:" + "1" * 64,
    cgroup_parent="trail.slice",
    ulimits=[docker.ContainerUlimitArgs(name="nproc", soft=64, hard=64)],
    log_driver="local",
    log_opts={"mode": "non-blocking", "max-size": "10m", "max-file": "5"},
    labels=[
        docker.ContainerLabelArgs(label="hft.tier", value="infra"),
        docker.ContainerLabelArgs(label="hft.audit", value="true"),
    ],
)
docker.Container(
    "maintenance",
    name="maintenance",
    image="sha256:" + "1" * 64,
    must_run=False,
    uploads=[
        docker.ContainerUploadArgs(
            file="/etc/desk/hypertables.json",
            content=json.dumps({"hypertables": [{"table": "order_events", "retention_seconds": 86_400 * 30}]}),
        )
    ],
    labels=[docker.ContainerLabelArgs(label="hft.tier", value="data")],
)
docker.Container(
    "db",
    name="db",
    image="postgres@sha256:" + "1" * 64,
    command=["-c", "ssl=on"],
    labels=[docker.ContainerLabelArgs(label="hft.tier", value="data")],
)
key = tls.PrivateKey("key", algorithm="RSA", rsa_bits=2048)
request = tls.CertRequest("request", private_key_pem=key.private_key_pem)
tls.LocallySignedCert(
    "server",
    ca_cert_pem="ca",
    ca_private_key_pem=key.private_key_pem,
    cert_request_pem=request.cert_request_pem,
    allowed_uses=["server_auth"],
    validity_period_hours=87_600,
)

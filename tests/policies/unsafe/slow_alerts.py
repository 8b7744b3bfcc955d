"""Prometheus and Alertmanager as installed: a minute here, half a minute there, and an engine that nobody scrapes."""

import json

import pulumi_docker as docker

PROMETHEUS = {"scrape_configs": [{"job_name": "node", "static_configs": [{"targets": ["10.0.0.5:9100"]}]}]}
RULES = {
    "groups": [
        {
            "name": "trading",
            "rules": [
                {
                    "alert": "VenueDown",
                    "expr": "hft_venue_up == 0",
                    "for": "1m",
                    "labels": {"severity": "page", "reg": "rts6"},
                }
            ],
        }
    ]
}
ALERTMANAGER = {"route": {"receiver": "desk"}, "receivers": [{"name": "desk"}]}
docker.Container(
    "prometheus",
    name="prometheus",
    image="sha256:" + "e" * 64,
    uploads=[
        docker.ContainerUploadArgs(file="/etc/prometheus/prometheus.yml", content=json.dumps(PROMETHEUS)),
        docker.ContainerUploadArgs(file="/etc/prometheus/trading.rules.yml", content=json.dumps(RULES)),
    ],
)
docker.Container(
    "alertmanager",
    name="alertmanager",
    image="sha256:" + "e" * 64,
    uploads=[docker.ContainerUploadArgs(file="/etc/alertmanager.yml", content=json.dumps(ALERTMANAGER))],
)
docker.Container(
    "exporter",
    name="exporter",
    image="sha256:" + "e" * 64,
    command=["--web.listen-address=10.0.0.5:9187"],
)

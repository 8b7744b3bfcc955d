"""PostgreSQL by one `docker run`, made faster by what a blog said, and audited by what a checklist did."""

import pulumi_docker as docker

docker.Container(
    "postgres",
    name="postgres",
    image="timescale/timescaledb:latest-pg17",
    command=[
        *("postgres", "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "log_statement=all"),
        *("-c", "shared_preload_libraries=timescaledb,pgaudit"),
    ],
    envs=["POSTGRES_HOST_AUTH_METHOD=trust"],
    ports=[docker.ContainerPortArgs(internal=5432, external=5432, ip="0.0.0.0")],
    labels=[docker.ContainerLabelArgs(label="hft.tier", value="data")],
)

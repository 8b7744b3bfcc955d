"""A trading bot as its docker-compose.yml has it: bot, PostgreSQL and Redis, side by side."""

import pulumi_docker as docker

network = docker.Network("bot-net", name="bot-net")
data = docker.Volume("pgdata", name="pgdata")
docker.Container(
    "db",
    name="bot-db",
    image="postgres:16",
    restart="always",
    envs=["POSTGRES_PASSWORD=postgres", "POSTGRES_DB=trading"],
    ports=[docker.ContainerPortArgs(internal=5432, external=5432)],
    volumes=[docker.ContainerVolumeArgs(volume_name=data.name, container_path="/var/lib/postgresql/data")],
    networks_advanced=[docker.ContainerNetworksAdvancedArgs(name=network.name)],
)
docker.Container(
    "redis",
    name="bot-redis",
    image="redis:7-alpine",
    restart="always",
    networks_advanced=[docker.ContainerNetworksAdvancedArgs(name=network.name)],
)
docker.Container(
    "bot",
    name="bot",
    image="mybot:latest",
    restart="always",
    command=["sh", "-c", "python main.py --live"],
    envs=["BINANCE_API_KEY=abc", "BINANCE_API_SECRET=def", "REDIS_URL=redis://redis:6379"],
    networks_advanced=[docker.ContainerNetworksAdvancedArgs(name=network.name)],
    labels=[docker.ContainerLabelArgs(label="hft.tier", value="engine")],
)

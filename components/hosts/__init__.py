"""Hosts: a Docker provider per host, CPU topology."""

from components.hosts.hosts import Hosts, HostsArgs
from components.hosts.settings import HostSettings

__all__ = ["HostSettings", "Hosts", "HostsArgs"]

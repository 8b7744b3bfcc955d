"""Configuration of Valkey; pure. Passwords come in as SHA-256, so that no file holds one."""

from collections.abc import Mapping

from components.cache.settings import CacheSettings

# Valkey refuses every key outside `ref:` (NOPERM), so live trading data cannot end up here. The account `default` is
# whoever has not logged in: it may learn that the server is alive (health check), and nothing more.
_OPEN_RULES: Mapping[str, str] = {"default": "nopass +ping"}
_RULES: Mapping[str, str] = {
    "ref-writer": "~ref:* +@read +@write +@transaction +@connection -@dangerous",
    "ref-reader": "%R~ref:* +@read +@connection -@dangerous",
    "monitoring": "+ping +info +slowlog|len +slowlog|get +latency|latest +latency|histogram +client|setname +acl|log",
}

ACCOUNTS = tuple(_RULES)
"""The accounts that have a password."""


def valkey_conf(settings: CacheSettings, address: str) -> str:
    """`valkey.conf` of the server that listens on `address`."""
    lines = {
        "bind": address,
        "port": settings.valkey_port,
        # Protected mode refuses other hosts as soon as `default` has no password; the ACL bounds that account instead.
        "protected-mode": "no",
        "databases": 1,
        # Reference data is loaded again from its source; a file from yesterday would be served as if it were fresh.
        "save": '""',
        "appendonly": "no",
        "dir": "/tmp",
        "maxmemory": f"{settings.maxmemory_mib}mb",
        # A refused write is an error at the loader; an evicted instrument would be a silent gap in the engine.
        "maxmemory-policy": "noeviction",
        "aclfile": "/etc/hft/users.acl",
        # Valkey docs, "Latency monitoring": off by default; events of 1 ms and more are kept.
        "latency-monitor-threshold": 1,
        "slowlog-log-slower-than": 1000,
        "tcp-keepalive": 60,
    }
    return "".join(f"{key} {value}\n" for key, value in lines.items())


def users_acl(password_sha256: Mapping[str, str]) -> str:
    """The ACL file; `password_sha256` has the hex SHA-256 of each account's password. Raises KeyError without one."""
    rules = {**_OPEN_RULES, **{account: f"#{password_sha256[account]} {rule}" for account, rule in _RULES.items()}}
    return "".join(f"user {account} reset on {rule}\n" for account, rule in rules.items())

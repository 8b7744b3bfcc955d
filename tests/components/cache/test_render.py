import hashlib

import pytest

from components.cache.render import ACCOUNTS, users_acl, valkey_conf
from components.cache.settings import CacheSettings

HASHES = {account: hashlib.sha256(account.encode()).hexdigest() for account in ACCOUNTS}


def test_valkey_conf() -> None:
    assert valkey_conf(CacheSettings(host="a", valkey_port=16400, maxmemory_mib=32), "10.0.0.1") == (
        "bind 10.0.0.1\n"
        "port 16400\n"
        "protected-mode no\n"
        "databases 1\n"
        'save ""\n'
        "appendonly no\n"
        "dir /tmp\n"
        "maxmemory 32mb\n"
        "maxmemory-policy noeviction\n"
        "aclfile /etc/hft/users.acl\n"
        "latency-monitor-threshold 1\n"
        "slowlog-log-slower-than 1000\n"
        "tcp-keepalive 60\n"
    )


def test_the_acl_gives_keys_below_ref_only_and_hashes_only() -> None:
    assert users_acl(HASHES).splitlines() == [
        "user default reset on nopass +ping",
        f"user ref-writer reset on #{HASHES['ref-writer']} "
        "~ref:* +@read +@write +@transaction +@connection -@dangerous",
        f"user ref-reader reset on #{HASHES['ref-reader']} %R~ref:* +@read +@connection -@dangerous",
        f"user monitoring reset on #{HASHES['monitoring']} +ping +info +slowlog|len +slowlog|get +latency|latest "
        "+latency|histogram +client|setname +acl|log",
    ]


def test_an_account_without_password_is_refused() -> None:
    with pytest.raises(KeyError, match="ref-reader"):
        users_acl({account: HASHES[account] for account in ACCOUNTS if account != "ref-reader"})

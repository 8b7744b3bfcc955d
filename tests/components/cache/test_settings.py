import pytest
from pydantic import ValidationError

from components._common.ports import PortUse
from components.cache.settings import CacheSettings


def test_the_container_has_room_above_the_data() -> None:
    assert CacheSettings(host="a").memory_mib == 64 + 32 + 32
    assert CacheSettings(host="a", maxmemory_mib=1000).memory_mib == 1532


def test_ports() -> None:
    assert CacheSettings(host="a").port_uses() == (
        PortUse("cache.valkey_port", "a", 16379),
        PortUse("cache.exporter_port", "a", 19121),
    )


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"maxmemory_mib": 7}, "greater than or equal to 8"),
        ({"maxmemory_mib": 65537}, "less than or equal to 65536"),
        ({"valkey_port": 1023}, "greater than or equal to 1024"),
        ({"maxmemory_mb": 64}, "Extra inputs are not permitted"),
    ],
)
def test_bad_settings_are_refused(bad: dict[str, int], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        CacheSettings.model_validate({"host": "a", **bad})

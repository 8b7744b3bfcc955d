"""Cache: Valkey for reference data, and for nothing else."""

from components.cache.cache import ReferenceCache, ReferenceCacheArgs
from components.cache.settings import CacheSettings

__all__ = ["CacheSettings", "ReferenceCache", "ReferenceCacheArgs"]

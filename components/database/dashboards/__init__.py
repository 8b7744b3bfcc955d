"""Dashboards of the database: the cluster, its etcd, and its records for an examiner."""

from components.database.dashboards.audit import audit
from components.database.dashboards.cluster import database
from components.database.dashboards.etcd import etcd

__all__ = ["audit", "database", "etcd"]

"""Certificates: one authority, and a live certificate for each part that speaks TLS."""

from components.certs.certificates import Certificates, CertificatesArgs, TlsPart
from components.certs.settings import CertsSettings

__all__ = ["Certificates", "CertificatesArgs", "CertsSettings", "TlsPart"]

"""Every program of ours that has metrics, along the data's way."""

from typing import Final

from workloads.contract.backup import BACKUP, PROOF
from workloads.contract.certificates import CERTIFICATES
from workloads.contract.database import DISK_GUARD, REPORTS
from workloads.contract.engine import ENGINE
from workloads.contract.venue import VENUE_SIMULATOR
from workloads.contract.witness import WITNESS

EXPORTERS: Final = (ENGINE, VENUE_SIMULATOR, DISK_GUARD, REPORTS, WITNESS, BACKUP, PROOF, CERTIFICATES)

"""What the node exporters tell of certificates, from a file that the deployment writes."""

from typing import Final

from workloads.contract.exporter import Exporter
from workloads.contract.label import Label
from workloads.contract.metric import Metric

_PART: Final = Label(name="part", others=64, bound="the parts of the stack that show a certificate")

DUE: Final = Metric(
    name="hft_certificate_due_timestamp_seconds",
    kind="gauge",
    help="From when on the next up renews the certificate of a part.",
    unit="seconds",
    labels=(_PART,),
)
END: Final = Metric(
    name="hft_certificate_end_timestamp_seconds",
    kind="gauge",
    help="From when on nobody takes the certificate of a part.",
    unit="seconds",
    labels=(_PART,),
)

CERTIFICATES: Final = Exporter(
    name="Certificates",
    what="Told by the node exporter of every host (components/monitoring/render.py).",
    job="node",
    metrics=(DUE, END),
)

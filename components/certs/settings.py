"""How long certificates live, and when they are renewed."""

from pydantic import Field, model_validator

from components._common.settings import Settings


class CertsSettings(Settings):
    """The stack's own certificate authority and the certificates that it signs."""

    authority_days: int = Field(default=3650, ge=365, le=7300)
    """Life of the authority, in days. Its key stays when it is made anew, so what it signed before stays good."""
    certificate_days: int = Field(default=90, ge=7, le=825)
    """Life of a certificate, in days. 90 is what public authorities give; more than 825 some clients refuse."""
    renewal_days: int = Field(default=30, ge=1, le=800)
    """From how many days before its end the next `up` renews a certificate, in days: a third of its life leaves time
    for several."""

    @model_validator(mode="after")
    def _renewal_is_within_life(self) -> "CertsSettings":
        if self.renewal_days >= self.certificate_days:
            raise ValueError(
                f"certs.renewal_days={self.renewal_days} is not less than certificate_days={self.certificate_days}, "
                "so every `up` would renew: lower it"
            )
        if self.certificate_days >= self.authority_days:
            raise ValueError(
                f"certs.certificate_days={self.certificate_days} is not less than "
                f"authority_days={self.authority_days}: lower it"
            )
        return self

"""The base of every settings model: what an operator chooses, known at preview."""

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """Frozen choices; an unknown key is an error, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

"""Whether a settings model takes a document, and in which words it refuses one."""

from typing import Any

import pytest
from pydantic import ValidationError


def refusal(model: type[Any], document: dict[str, Any]) -> str:
    """The one message with which a model refuses a document."""
    with pytest.raises(ValidationError) as raised:
        model.model_validate(document)
    (error,) = raised.value.errors()
    return str(error["msg"])


def accepts(model: type[Any], document: dict[str, Any]) -> bool:
    """Whether a model takes a document."""
    try:
        model.model_validate(document)
    except ValidationError:
        return False
    return True

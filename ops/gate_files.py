"""What the danger gate reads: the preview that the engine printed, and the approval.

The preview's shape is that of pulumi 3.259.0 (pkg/display/json.go, PreviewDigest). Errors show no value of it, as
one may be a secret.
"""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import ErrorDetails

from ops.errors import OpsError
from ops.progress import friendly
from stacks.explain import path_of

PREVIEW = "pulumi preview --json --show-sames --show-replacement-steps"

Op = Literal[
    "same",
    "create",
    "update",
    "delete",
    "replace",
    "create-replacement",
    "delete-replaced",
    "read",
    "read-replacement",
    "refresh",
    "discard",
    "discard-replaced",
    "remove-pending-replace",
    "import",
    "import-replacement",
    "diff",
    "extend-parameterize",
]
"""Every operation of the engine; one that is not here is refused, as nobody has judged what it takes."""

# Without control characters, which could draw over what is printed beside them.
_WORD = r"[^:\s\x00-\x1f\x7f]+"
Urn = Annotated[
    str, StringConstraints(pattern=rf"^urn:pulumi:{_WORD}::{_WORD}::{_WORD}(:{_WORD})*::[^\x00-\x1f\x7f]+$")
]
Line = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]+$")]
Commit = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{40}|[0-9a-f]{64})$")]

_COUNTED: tuple[Op, ...] = ("same", "create", "update", "delete", "replace", "import")
"""Operations of which the engine shows each step that it counts."""


class _Printed(BaseModel):
    """What the engine prints has more keys than the gate needs."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


class ResourceState(_Printed):
    """A resource before or after the change; what is secret in it, the engine prints as `[secret]`."""

    inputs: Mapping[str, Any] = {}

    @property
    def name(self) -> str:
        """Its name on the host; empty where the program gives none that is known yet."""
        found = self.inputs.get("name")
        return found if isinstance(found, str) else ""

    @property
    def labels(self) -> Mapping[str, str]:
        """Docker labels."""
        found = self.inputs.get("labels")
        pairs = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
        return {str(each.get("label")): str(each.get("value")) for each in pairs}


class Step(_Printed):
    """One operation that the engine would do."""

    op: Op
    urn: Urn
    old: ResourceState | None = Field(None, alias="oldState")
    new: ResourceState | None = Field(None, alias="newState")

    @model_validator(mode="after")
    def _shows_what_is_taken(self) -> Self:
        if self.op in ("delete", "delete-replaced", "replace") and not self.old:
            raise ValueError("has no oldState, by which it could be judged")
        return self


class Diagnostic(_Printed):
    """A message of the run; its text is left where it is, as nobody has looked what is in it."""

    severity: str = ""
    urn: Urn | None = None


class Preview(_Printed):
    """What `pulumi preview --json` printed."""

    steps: tuple[Step, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    counts: Mapping[str, int] | None = Field(None, alias="changeSummary")
    maybe_corrupt: bool = Field(False, alias="maybeCorrupt")

    @property
    def stack(self) -> str:
        """Name of the stack."""
        return self.steps[0].urn.split(":")[2]


class Approval(BaseModel):
    """Somebody's word that exactly these resources may go, with exactly this commit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    commit: Commit
    urns: Annotated[tuple[Urn, ...], Field(min_length=1)]
    approved_by: Line
    reason: Line


_WANTED = {
    "commit": "the whole hash that git rev-parse HEAD prints, in small letters",
    "urns": "a list of the URNs that the gate names",
    "approved_by": "one line: who answers for it",
    "reason": "one line: why it has to be",
}
_KEYS = ", ".join(_WANTED)


def read_preview(file: Path) -> Preview:
    """A preview that went through and is shown whole. Raises OpsError with one problem for any other."""
    text = _text(file)
    if not text.strip():
        raise OpsError(f"{file.name} is empty: {PREVIEW} wrote nothing to it; see what it told on standard error")
    try:
        found = Preview.model_validate_json(text)
    except ValidationError as error:
        raise OpsError(f"{file.name} {_no_preview(error.errors(include_url=False)[0])}") from None
    if fault := _fault(found):
        raise OpsError(f"{file.name} {fault}")
    return found


def _no_preview(found: ErrorDetails) -> str:
    message = found["msg"]
    if found["type"] == "json_invalid":
        return f"is cut off or no JSON ({message.removeprefix('Invalid JSON: ')}): make it with {PREVIEW}"
    where = path_of(found["loc"]) or "the whole"
    said = message.removeprefix("Value error, ")
    return f"is no preview of pulumi 3.259.0 ({where}: {said[0].lower()}{said[1:]}): make it with {PREVIEW}"


def _fault(preview: Preview) -> str | None:
    if failed := [each for each in preview.diagnostics if each.severity == "error"]:
        where = ", ".join(sorted({friendly(each.urn) for each in failed if each.urn})) or "the stack as a whole"
        return f"is of a preview that failed, in {where}: mend what pulumi preview says, then judge again"
    if not preview.steps:
        return f"is no preview: it has no steps; make it with {PREVIEW}"
    if len({step.urn.split(":")[2] for step in preview.steps}) > 1:
        return "has steps of several stacks: judge one preview at a time"
    if preview.counts is None:
        return "has no changeSummary: the preview was broken off; make it again"
    if preview.maybe_corrupt:
        return "says of itself that it may be corrupt: make it again"
    return _left_out(preview)


def _left_out(preview: Preview) -> str | None:
    shown = Counter(step.op for step in preview.steps)
    for op in _COUNTED:
        counted = (preview.counts or {}).get(op, 0)
        if shown[op] < counted:
            hint = "make it with --show-sames" if op == "same" else "it was cut; make it again"
            return f"shows {shown[op]} of {counted} steps {op!r}: {hint}"
    return None


def read_approval(file: Path) -> Approval:
    """An approval. Raises OpsError, a problem a mistake."""
    try:
        document = yaml.load(_text(file), _Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise OpsError(f"{file.name}{where}: not YAML: {getattr(error, 'problem', 'unreadable')}") from None
    if not isinstance(document, dict):
        raise OpsError(f"{file.name} is no approval: it has to have {_KEYS}")
    try:
        found = Approval.model_validate(document)
    except ValidationError as error:
        raise OpsError(*(f"{file.name}: {_mistake(each)}" for each in error.errors(include_url=False))) from None
    if twice := [urn for urn, times in Counter(found.urns).items() if times > 1]:
        raise OpsError(*(f"{file.name}: urns has {urn} more than once" for urn in twice))
    return found


def _mistake(found: ErrorDetails) -> str:
    path, key = path_of(found["loc"]), str(found["loc"][0])
    if found["type"] == "extra_forbidden":
        return f"{path!r} is no key of an approval, which has {_KEYS}"
    return f"{path} {'is missing' if found['type'] == 'missing' else 'is wrong'}: it has to be {_WANTED[key]}"


class _Loader(yaml.BaseLoader):
    """Scalars as they are written, as a hash of digits is no number; a key that is there twice is refused."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Refuse the second one."""
        keys = Counter(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and keys[key.value] > 1:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} is there twice", key.start_mark)
        return super().construct_mapping(node, deep)


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except OSError as error:
        raise OpsError(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise OpsError(f"{file.name} is no text in UTF-8") from None

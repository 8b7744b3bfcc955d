"""Engine output as a person wants to read it; pure."""

import re

_COLOUR = re.compile(r"<\{%.*?%\}>|\x1b\[[0-9;]*m")
_EXCEPTION = re.compile(r"^(?:[\w.]*\.)?\w*(?:Error|Exception|Exit): ")
_STDERR = "\n stderr: "
_KILLED = re.compile(r"^\s*code: -(\d+)", re.MULTILINE)
_TRACEBACK = "Traceback (most recent call last):"

_NOISE = re.compile(
    r"^(update|preview|destroy|refresh) failed$"
    r"|^resource registration failed"
    r"|^Duplicate error|^an unhandled error occurred"
    r"|^using pulumi-\S+ from \$PATH at"
)
"""Diagnostics that only repeat that something else went wrong, or what every run says."""

_KNOWN = (
    (
        re.compile(r"incorrect passphrase|passphrase must be set|constructing secrets manager of type \"passphrase\""),
        "the passphrase does not open this stack: PULUMI_CONFIG_PASSPHRASE or the file named by "
        "PULUMI_CONFIG_PASSPHRASE_FILE (default .hft/passphrase) is not the one that the stack was created with; "
        "put that one back",
    ),
    (
        re.compile(r"unable to open state directory|PULUMI_CONFIG_PASSPHRASE_FILE.*no such file"),
        "this checkout is not set up: .hft lacks its state folder or its passphrase; run: make setup",
    ),
    (
        re.compile(r"no resource plugin '(pulumi-resource-[\w-]+)|Could not automatically download.*plugin"),
        "a provider plugin is missing; run: make up",
    ),
)


def plain(text: str) -> str:
    """The text without the engine's colour marks and without spaces around it."""
    return _COLOUR.sub("", text).strip()


def readable(message: str) -> str | None:
    """An engine diagnostic without its noise; None where it says nothing of its own."""
    text = plain(message)
    if not text or _NOISE.search(text):
        return None
    return explained(text) or _last_exception(text)


def violation(message: str) -> tuple[str, str]:
    """A policy's message as two lines: its description, and what it found; of one line alone, that is the latter."""
    first, separator, rest = plain(message).partition("\n")
    description, found = (first, rest) if separator else ("", first)
    return " ".join(description.split()), " ".join(found.split())


def explained(text: str) -> str | None:
    """What to tell the user about a well-known failure; None for any other text."""
    return next((advice for pattern, advice in _KNOWN if pattern.search(text)), None)


def command_failure(failure: str) -> str:
    """The one message of an engine command that failed; `failure` is the text of the Automation API's CommandError."""
    head, _, stderr = failure.partition(_STDERR)
    if killed := _KILLED.search(head):
        return f"the engine was ended by signal {killed[1]}: run the command again, it goes on from there"
    text = plain(stderr)
    if advice := explained(text):
        return advice
    errors = [line.removeprefix("error: ") for line in text.splitlines() if line.startswith("error: ")]
    rest = "\n".join(line for line in text.splitlines() if not line.startswith("warning: "))
    return errors[-1] if errors else rest or "the engine ended without a message"


def _last_exception(text: str) -> str:
    _, found, trace = text.rpartition(_TRACEBACK)
    if not found:
        return text
    lines = trace.splitlines()
    frames = [i for i, line in enumerate(lines) if line.startswith("  ")]
    told = lines[frames[-1] + 1 :] if frames else lines
    return _EXCEPTION.sub("", "\n".join(told).strip()) or text

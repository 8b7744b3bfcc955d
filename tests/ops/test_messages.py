"""Engine output as people read it: exact texts."""

import pytest

from ops.messages import command_failure, plain, readable, violation

WRONG_PASSPHRASE = (
    "the passphrase does not open this stack: PULUMI_CONFIG_PASSPHRASE or the file named by "
    "PULUMI_CONFIG_PASSPHRASE_FILE (default .hft/passphrase) is not the one that the stack was created with; "
    "put that one back"
)


def failed(stderr: str, code: int = 255) -> str:
    """The text of the Automation API's CommandError."""
    return f"\n code: {code}\n stdout: error: not this\n stderr: {stderr}"


def test_colour_marks_are_removed() -> None:
    assert plain("<{%fg 1%}>error:<{%reset%}> no\x1b[0m\n") == "error: no"


@pytest.mark.parametrize(
    "noise",
    [
        "update failed",
        "preview failed",
        "<{%reset%}>destroy failed<{%reset%}>\n",
        "using pulumi-language-python from $PATH at /x/pulumi-language-python",
        "",
    ],
)
def test_noise_says_nothing(noise: str) -> None:
    assert readable(noise) is None


def test_a_message_of_its_own_is_kept_whole() -> None:
    assert readable("unable to create container:\nno such image\n") == "unable to create container:\nno such image"


def test_of_a_traceback_only_the_exception_is_kept() -> None:
    trace = (
        "Program failed with an unhandled exception:\n"
        "Traceback (most recent call last):\n"
        '  File "/x/__main__.py", line 3, in <module>\n'
        "    build()\n"
        "LookupError: image 'etcd' is not in images/lock.json (it has base): run `hft images build`\n"
    )
    assert readable(trace) == "image 'etcd' is not in images/lock.json (it has base): run `hft images build`"


def test_of_a_chained_traceback_the_last_exception_is_kept() -> None:
    trace = (
        "Traceback (most recent call last):\n  File 'a', line 1\nKeyError: 'a'\n\n"
        "During handling of the above exception, another exception occurred:\n\n"
        "Traceback (most recent call last):\n  File 'b', line 1\n    b()\nstacks.load.SettingsError: one\ntwo\n"
    )
    assert readable(trace) == "one\ntwo"


@pytest.mark.parametrize(
    "told",
    [
        "error: getting stack configuration: get stack secrets manager: incorrect passphrase",
        "error: passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE",
    ],
)
def test_a_wrong_passphrase_is_one_line_with_its_fix(told: str) -> None:
    assert command_failure(failed(told)) == WRONG_PASSPHRASE


def test_of_a_failed_command_the_last_error_is_kept() -> None:
    assert command_failure(failed("warning: a\nerror: first\nerror: no stack\n")) == "no stack"


def test_a_failed_command_without_an_error_line_is_shown_whole() -> None:
    assert command_failure(failed("warning: w\npanic: x\n")) == "panic: x"
    assert command_failure(failed("")) == "the engine ended without a message"


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        (
            "Images are pinned.\ncontainer a: image='b'  floats\n",
            ("Images are pinned.", "container a: image='b' floats"),
        ),
        ("<{%reset%}>Pinned.<{%reset%}>\n\na\nb", ("Pinned.", "a b")),
        ("only found\n", ("", "only found")),
    ],
)
def test_of_a_violation_the_description_and_what_was_found_are_a_line_each(
    message: str, parts: tuple[str, str]
) -> None:
    assert violation(message) == parts


def test_an_engine_that_was_killed_is_told_as_such() -> None:
    assert command_failure(failed("warning: w", -9)) == (
        "the engine was ended by signal 9: run the command again, it goes on from there"
    )


@pytest.mark.parametrize(
    "told",
    [
        'error: unable to open state directory "file:///x/state": stat /x/state: no such file or directory',
        "error: unable to read PULUMI_CONFIG_PASSPHRASE_FILE: open /x: no such file or directory",
    ],
)
def test_a_checkout_without_set_up_is_told_what_to_run(told: str) -> None:
    assert command_failure(failed(told)) == (
        "this checkout is not set up: .hft lacks its state folder or its passphrase; run: make setup"
    )

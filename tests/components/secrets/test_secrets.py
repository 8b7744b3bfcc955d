import pulumi
import pytest

from components.secrets import Secrets, SecretsArgs, SecretsSettings
from tests.conftest import Recorder

PASSWORD = "random:index/randomPassword:RandomPassword"


def test_each_generated_name_is_one_password_without_symbols(recorder: Recorder) -> None:
    settings = SecretsSettings(generated={"db-owner": 24, "db-writer": 40})

    values = recorder.run(lambda: pulumi.Output.all(**Secrets("secrets", SecretsArgs(settings=settings)).values))

    assert values == {"db-owner": "value-of-secrets-db-owner", "db-writer": "value-of-secrets-db-writer"}
    assert recorder.inputs(PASSWORD, "secrets-db-owner") == {"length": 24, "special": False}
    assert recorder.inputs(PASSWORD, "secrets-db-writer") == {"length": 40, "special": False}


def test_a_given_name_is_not_generated(recorder: Recorder) -> None:
    settings = SecretsSettings(generated={"db-owner": 24, "db-writer": 24}, given=("db-owner",))
    given = {"db-owner": "chosen", "unasked": "ignored"}

    values = recorder.run(
        lambda: pulumi.Output.all(
            **Secrets(
                "secrets",
                SecretsArgs(
                    settings=settings, given={name: pulumi.Output.from_input(value) for name, value in given.items()}
                ),
            ).values
        )
    )

    assert values == {"db-owner": "chosen", "db-writer": "value-of-secrets-db-writer"}
    assert recorder.names(PASSWORD) == ["secrets-db-writer"]


def test_every_value_is_secret(recorder: Recorder) -> None:
    settings = SecretsSettings(generated={"db-owner": 24}, given=("db-writer",))

    async def secrecy() -> list[bool]:
        given = {"db-writer": pulumi.Output.from_input("chosen")}
        values = Secrets("secrets", SecretsArgs(settings=settings, given=given)).values
        return [await value.is_secret() for value in values.values()]

    assert recorder.run(lambda: pulumi.Output.from_input(secrecy())) == [True, True]


def test_generated_passwords_are_protected(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    protected: list[bool | None] = []
    registered = pulumi.CustomResource.__init__

    def spy(self: pulumi.CustomResource, *args: object, **kwargs: object) -> None:
        opts = kwargs.get("opts") or args[3]
        assert isinstance(opts, pulumi.ResourceOptions)
        protected.append(opts.protect)
        registered(self, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(pulumi.CustomResource, "__init__", spy)
    recorder.run(
        lambda: pulumi.Output.all(
            **Secrets("secrets", SecretsArgs(settings=SecretsSettings(generated={"db-owner": 24}))).values
        )
    )

    assert protected == [True]


def test_a_missing_given_value_creates_nothing(recorder: Recorder) -> None:
    with pytest.raises(ValueError, match="hft:secret-db-owner"):
        Secrets("secrets", SecretsArgs(settings=SecretsSettings(given=("db-owner",))))

    assert recorder.registrations == []

"""The checkout's own files: private, created once, rewritten only when they differ."""

from pathlib import Path

from toolchain import checkout, paths


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_the_folder_is_for_this_user_only(machine: Path) -> None:
    paths.STATE.chmod(0o755)
    checkout.ensure_folders()
    assert mode(paths.STATE) == 0o700
    assert paths.BACKEND.is_dir()


def test_the_passphrase_is_made_once(machine: Path) -> None:
    assert checkout.ensure_passphrase() == "created, mode 0600"
    first = paths.PASSPHRASE.read_text()
    assert len(first) == 43
    assert mode(paths.PASSPHRASE) == 0o600
    assert checkout.ensure_passphrase() == "kept"
    assert paths.PASSPHRASE.read_text() == first


def test_a_readable_passphrase_is_closed_again(machine: Path) -> None:
    paths.PASSPHRASE.write_text("mine")
    paths.PASSPHRASE.chmod(0o644)
    checkout.ensure_passphrase()
    assert (paths.PASSPHRASE.read_text(), mode(paths.PASSPHRASE)) == ("mine", 0o600)


def test_two_checkouts_have_two_passphrases(machine: Path) -> None:
    checkout.ensure_passphrase()
    first = paths.PASSPHRASE.read_text()
    paths.PASSPHRASE.unlink()
    checkout.ensure_passphrase()
    assert paths.PASSPHRASE.read_text() != first


def test_the_environment_file_follows_the_engine(machine: Path) -> None:
    checkout.write_env_file(Path("/one/pulumi"))
    before = paths.ENV_FILE.stat().st_mtime_ns
    checkout.write_env_file(Path("/one/pulumi"))
    assert paths.ENV_FILE.stat().st_mtime_ns == before
    checkout.write_env_file(Path("/two/pulumi"))
    assert paths.ENV_FILE.read_text().splitlines()[0] == (f'export PATH={machine}/venv:/two:"$PATH":{machine}/.hft/bin')

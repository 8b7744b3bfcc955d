"""apt's entries as apt reads them, from folders like /etc/apt."""

from pathlib import Path

import pytest

from ops.images import ImageError
from ops.images.sources import Source, setting, sources

MAIN = "Components: main\n"
KEY = Path("/usr/share/keyrings/vendor.gpg")


def apt(folder: Path, **files: str) -> Path:
    """A folder like /etc/apt; `list` is sources.list, `x_list` is sources.list.d/x.list."""
    (folder / "sources.list.d").mkdir()
    for name, text in files.items():
        path = "sources.list" if name == "list" else f"sources.list.d/{name.replace('_', '.')}"
        (folder / path).write_text(text)
    return folder


def test_deb822_gives_a_source_for_each_suite_and_address(tmp_path: Path) -> None:
    text = (
        "Types: deb deb-src\nURIs: http://a/debian http://b/debian/\nSuites: trixie trixie-updates\nComponents: main\n"
    )
    assert sources(apt(tmp_path, debian_sources=text)) == [
        Source("http://a/debian", "trixie"),
        Source("http://a/debian", "trixie-updates"),
        Source("http://b/debian", "trixie"),
        Source("http://b/debian", "trixie-updates"),
    ]


def test_deb822_has_comments_folded_lines_and_any_case(tmp_path: Path) -> None:
    text = (
        "# ours\nTYPES: deb\n#URIs: http://old\nuris:\n http://a/debian\nSuites: trixie\n\ttrixie-security\n"
        f"Components: contrib main\nSigned-By: {KEY}\n\n\nTypes: deb-src\nURIs: http://s\nSuites: trixie\n{MAIN}"
    )
    assert sources(apt(tmp_path, debian_sources=text)) == [
        Source("http://a/debian", "trixie", KEY),
        Source("http://a/debian", "trixie-security", KEY),
    ]


def test_a_one_line_entry_is_read_with_its_options(tmp_path: Path) -> None:
    text = f"# comment\ndeb [ arch=amd64 signed-by={KEY},/other.gpg ] http://a/debian/ trixie main contrib # note\n"
    assert sources(apt(tmp_path, list=text)) == [Source("http://a/debian", "trixie", KEY)]


@pytest.mark.parametrize("key", ["", "[signed-by=0123456789ABCDEF]", "[arch=amd64]"])
def test_an_entry_without_a_key_file_has_none(tmp_path: Path, key: str) -> None:
    text = f"deb {key} http://a/debian trixie main # signed-by=/no.gpg\n"
    assert sources(apt(tmp_path, list=text)) == [Source("http://a/debian", "trixie")]


def test_a_key_inside_the_entry_is_no_file(tmp_path: Path) -> None:
    text = (
        f"Types: deb\nURIs: http://a\nSuites: trixie\n{MAIN}Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n"
        " .\n /w7AAAB\n -----END PGP PUBLIC KEY BLOCK-----\n"
    )
    assert sources(apt(tmp_path, x_sources=text)) == [Source("http://a", "trixie")]


@pytest.mark.parametrize("off", ["no", "false", "0"])
def test_a_disabled_entry_is_left_out(tmp_path: Path, off: str) -> None:
    text = "Types: deb\nURIs: http://{0}\nSuites: trixie\nComponents: main\nEnabled: {1}\n"
    folder = apt(tmp_path, a_sources=text.format("a", off), b_sources=text.format("b", "yes"))
    assert sources(folder) == [Source("http://b", "trixie")]


@pytest.mark.parametrize(
    "text",
    [
        "#deb http://a trixie main\n",
        "deb-src http://a trixie main\n",
        "deb http://a trixie contrib\n",
        "deb http://a ./\n",
        "deb http://a noble main\n",
        "deb http://a trixie-backports main\n",
        "",
    ],
)
def test_what_is_no_source_of_debian_main_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ImageError) as refused:
        sources(apt(tmp_path, list=text))
    assert refused.value.problems == (
        f"{tmp_path}: no Debian mirror among the package sources; add one that carries trixie main",
    )


def test_a_machine_without_apt_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="no Debian mirror among the package sources"):
        sources(tmp_path / "none")


@pytest.mark.parametrize(
    ("suite", "ours"),
    [
        ("bookworm", "trixie"),
        ("stable", "trixie"),
        ("stable/", "trixie"),
        ("bookworm-updates", "trixie-updates"),
        ("stable-security", "trixie-security"),
    ],
)
def test_a_suite_of_another_release_is_turned_to_ours(tmp_path: Path, suite: str, ours: str) -> None:
    assert sources(apt(tmp_path, list=f"deb http://a {suite} main\n")) == [Source("http://a", ours)]


def test_the_order_is_apts_and_nothing_comes_twice(tmp_path: Path) -> None:
    block = "Types: deb\nURIs: http://{}\nSuites: trixie\nComponents: main\n"
    folder = apt(
        tmp_path,
        list="deb http://main trixie main\n",
        b_list="deb http://b/ trixie main\ndeb http://main bookworm main\n",
        a_sources=block.format("a"),
        c_sources=block.format("c"),
        d_save=block.format("d"),
    )
    assert [source.url for source in sources(folder)] == ["http://main", "http://a", "http://b", "http://c"]


def test_a_list_of_mirrors_gives_its_first(tmp_path: Path) -> None:
    listed = tmp_path / "mirrors"
    listed.write_text("# nearest\nhttp://a/debian/\tpriority:1\nhttp://b/debian/\n")
    assert sources(apt(tmp_path, list=f"deb mirror+file:{listed} trixie main\n")) == [
        Source("http://a/debian", "trixie")
    ]


def test_a_list_of_mirrors_that_is_gone_stays_what_it_is(tmp_path: Path) -> None:
    text = "deb mirror+file:/nowhere trixie main\n"
    assert sources(apt(tmp_path, list=text)) == [Source("mirror+file:/nowhere", "trixie")]


def test_a_setting_of_apt_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "apt.conf"
    config.write_text('Acquire::http::Proxy "http://127.0.0.1:3142";\n')
    monkeypatch.setenv("APT_CONFIG", str(config))
    assert setting("Acquire::http::Proxy") == "http://127.0.0.1:3142"
    assert setting("Acquire::no::Such") is None


def test_a_machine_without_apt_config_has_no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert setting("Acquire::http::Proxy") is None

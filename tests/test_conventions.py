"""The rules of the house, kept alive as tests."""

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml

ROOT = Path(__file__).parents[1]
AREAS = sorted(path.parent.name for path in (ROOT / "components").glob("[a-z]*/__init__.py"))
MODULES = sorted(
    path.relative_to(ROOT) for path in (ROOT / "components").rglob("*.py") if path.parent.name != "components"
)


def imported(file: Path) -> set[str]:
    """Top-level names of all modules that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def component_classes() -> Iterator[tuple[Path, Any]]:
    for module_path in MODULES:
        module = importlib.import_module(".".join(module_path.with_suffix("").parts))
        for _, value in inspect.getmembers(module, inspect.isclass):
            if issubclass(value, pulumi.ComponentResource) and value.__module__ == module.__name__:
                yield module_path, value


@pytest.mark.parametrize("path", [path for path in MODULES if path.name in ("settings.py", "render.py")], ids=str)
def test_settings_and_renderers_are_pure(path: Path) -> None:
    assert {name for name in imported(ROOT / path) if name.startswith("pulumi")} == set()


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_components_keep_their_annotations_at_run_time(path: Path) -> None:
    assert "from __future__ import annotations" not in (ROOT / path).read_text()


@pytest.mark.parametrize("area", AREAS)
def test_a_component_imports_no_other_component(area: str) -> None:
    others = [name for name in AREAS if name not in (area, "_common")]
    pattern = re.compile(rf"^(?:from|import) components\.({'|'.join(others)})\b", re.MULTILINE)
    found = {str(path): pattern.findall((ROOT / path).read_text()) for path in MODULES if path.parts[1] == area}

    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize("area", [area for area in AREAS if area != "_common"])
def test_what_an_area_offers_is_listed_sorted(area: str) -> None:
    package = importlib.import_module(f"components.{area}")

    assert package.__all__ == sorted(package.__all__)
    assert [name for name in package.__all__ if not hasattr(package, name)] == []


def test_type_tokens_are_made_of_folder_and_class() -> None:
    found = {cls.__name__: (path.parts[1], inspect.getmodule(cls)) for path, cls in component_classes()}
    tokens = {name: vars(module)["TOKEN"] for name, (_, module) in found.items()}

    assert tokens == {name: f"hft:{area}:{name}" for name, (area, _) in found.items()}


def test_every_output_is_documented() -> None:
    missing = []
    for path, cls in component_classes():
        source = ast.parse((ROOT / path).read_text())
        body = next(node for node in source.body if isinstance(node, ast.ClassDef) and node.name == cls.__name__).body
        for node, following in zip(body, [*body[1:], None], strict=True):
            if isinstance(node, ast.AnnAssign) and not _is_docstring(following):
                missing.append(f"{cls.__name__}.{ast.unparse(node.target)}")
    assert missing == []


def test_both_stack_files_have_the_same_keys_in_the_same_order() -> None:
    dev, prod = (yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())["config"] for stack in ("dev", "prod"))

    assert list(dev) == list(prod)
    for key in dev:
        if isinstance(dev[key], dict):
            assert list(dev[key]) == list(prod[key]), key


def test_no_code_asks_which_environment_it_is_in() -> None:
    pattern = re.compile(r"""get_stack\(\)\s*==|stack\s*==\s*["']|["'](dev|prod)["']\s*==""")
    asking = [str(path) for path in MODULES if pattern.search((ROOT / path).read_text())]
    asking += [str(path) for path in (ROOT / "stacks").glob("*.py") if pattern.search(path.read_text())]

    assert asking == []


def test_the_composition_root_fits_on_one_page() -> None:
    assert len((ROOT / "stacks/trading.py").read_text().splitlines()) <= 80


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*/__main__.py")), ids=lambda path: path.parent.name)
def test_examples_fit_on_one_page(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 60


def _is_docstring(node: ast.stmt | None) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)

"""The shape that all code here keeps: sizes, docstrings, nothing left unfinished."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAX_MODULE_LINES = 350
MAX_FUNCTION_LINES = 45
PRODUCT = sorted((ROOT / "bot").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def lines_of(function: Function) -> int:
    """Count the lines of a function without its docstring."""
    assert function.end_lineno is not None
    first = function.body[0]
    docstring = ast.get_docstring(function, clean=False) is not None
    return function.end_lineno - function.lineno + 1 - ((first.end_lineno or 0) - first.lineno + 1 if docstring else 0)


@pytest.mark.parametrize("file", PRODUCT, ids=name_of)
def test_a_module_is_short_and_introduces_itself(file: Path) -> None:
    """A module has at most 350 lines and a docstring that says what it is for; an empty ``__init__`` needs none."""
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MAX_MODULE_LINES
    assert not text.strip() or ast.get_docstring(ast.parse(text))


@pytest.mark.parametrize("file", PRODUCT, ids=name_of)
def test_functions_are_short(file: Path) -> None:
    """A function of more than 45 lines is usually two under one name."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    assert {function.name for function in functions(tree) if lines_of(function) > MAX_FUNCTION_LINES} == set()


@pytest.mark.parametrize("file", PRODUCT, ids=name_of)
def test_what_is_public_is_explained(file: Path) -> None:
    """Every name in a module's ``__all__`` that is a class or function there has a docstring."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    public = {name for node in tree.body if isinstance(node, ast.Assign) for name in exported(node)}
    definitions = [node for node in tree.body if isinstance(node, Function | ast.ClassDef)]
    assert {node.name for node in definitions if node.name in public and not ast.get_docstring(node)} == set()


def exported(node: ast.Assign) -> Iterator[str]:
    if any(isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets):
        yield from ast.literal_eval(node.value)


@pytest.mark.parametrize("file", [*PRODUCT, *(test for test in TESTS if test != Path(__file__))], ids=name_of)
def test_nothing_is_left_unfinished(file: Path) -> None:
    """No marker says that work was left for later."""
    assert not UNFINISHED.search(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", TESTS, ids=name_of)
def test_every_test_states_its_rule(file: Path) -> None:
    """The docstring of a test is the rule that it proves."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    tests = [function for function in functions(tree) if function.name.startswith("test_")]
    assert {test.name for test in tests if not ast.get_docstring(test)} == set()


@pytest.mark.parametrize("file", TESTS, ids=name_of)
def test_fakes_are_made_by_hand(file: Path) -> None:
    """No test uses ``unittest.mock``: a fake that is written out says what it promises."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert imported.isdisjoint({"mock", "unittest", "unittest.mock"})


def test_names_of_test_files_are_unique() -> None:
    """Two test files of one name would be told apart in reports by their folders alone."""
    names = [test.name for test in TESTS if test.name.startswith("test_")]
    assert sorted(names) == sorted(set(names))

"""Every public name of the student library stands in every list where it belongs."""

import ast
import importlib
import inspect
import pkgutil

import pytest

import nmautils
from nmautils import explore, plotting

FLAT_MODULES = (
    "analysis checks data device explore handing_in media models plotting stimuli training".split()
)

# Public names that notebooks do not need: they are reached through their module alone.
NOT_FLAT = {
    "checks": {
        *("NOT_SOLVED", "CheckFailed", "CheckResult", "ErrorHint", "Mistake", "Picture"),
        *("Score", "Answer", "Cause", "CellError", "ProbeGlobals", "answer_given", "causes_of"),
        *("globals_of", "note_probed", "quietly"),
    },
    "data": {"RECORDINGS", "DownloadError", "Recording", "data_dir", "simulate", "simulate_split"},
    "device": {"in_notebook", "seeded"},
    "explore": {"Explorer"},
    "handing_in": {"as_html", "as_text"},
    "media": {"is_online", "send_feedback"},
    "training": {"History", "no_library_training"},
}

# Public functions of figure modules that draw nothing: other rooms import them from there.
NOT_FIGURES = {
    "nmautils.plotting.encoding": {"correlations"},
    "nmautils.plotting.learning": {"has_diverged"},
    "nmautils.plotting.words": {"describe"},
}


def listed(package) -> dict[str, str]:
    """Name to module of what a package's stub exports, `from .a import b as b` alone counting."""
    tree = ast.parse(package.__spec__.loader.get_data(f"{package.__file__}i").decode())
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    others = [ast.unparse(node) for node in tree.body if node not in imports]
    assert set(others) <= {"__version__: str"}, "a stub here holds imports alone"
    names = [(alias, node.module) for node in imports for alias in node.names]
    assert all(alias.asname == alias.name for alias, _ in names)
    assert len({alias.name for alias, _ in names}) == len(names), "a name stands there twice"
    return {alias.name: module for alias, module in names}


def defined(module) -> set[str]:
    """The public functions and classes that a module itself defines."""
    return {
        name
        for name, thing in vars(module).items()
        if not name.startswith("_")
        and (inspect.isfunction(thing) or inspect.isclass(thing))
        and thing.__module__ == module.__name__
    }


def submodules(package):
    for _, name, _ in pkgutil.iter_modules(package.__path__):
        if not name.startswith("_"):
            yield importlib.import_module(f"{package.__name__}.{name}")


@pytest.mark.parametrize("package", [plotting, explore])
def test_every_figure_and_every_explorer_is_exported_by_its_package(package):
    exported = listed(package)
    for module in submodules(package):
        short = module.__name__.rsplit(".", 1)[1]
        here = {name for name, place in exported.items() if place == short}
        assert defined(module) - NOT_FIGURES.get(module.__name__, set()) == here


@pytest.mark.parametrize("name", FLAT_MODULES)
def test_every_public_name_is_flat_unless_it_is_listed_here(name):
    module = importlib.import_module(f"nmautils.{name}")
    flat = {flat for flat, place in listed(nmautils).items() if place == name}
    assert flat | NOT_FLAT.get(name, set()) == set(module.__all__)
    assert not flat & NOT_FLAT.get(name, set())


@pytest.mark.parametrize("name", FLAT_MODULES)
def test_a_module_lists_everything_public_that_it_defines(name):
    module = importlib.import_module(f"nmautils.{name}")
    assert defined(module) <= set(module.__all__)
    assert len(module.__all__) == len(set(module.__all__))


def test_the_flat_list_names_no_other_module_and_is_what_the_package_exports():
    flat = listed(nmautils)
    assert set(flat.values()) == set(FLAT_MODULES)
    assert sorted(flat) == sorted(nmautils.__all__)
    assert set(flat) <= set(dir(nmautils))
    for name, place in flat.items():
        module = importlib.import_module(f"nmautils.{place}")
        assert getattr(nmautils, name) is getattr(module, name)


def test_a_name_that_is_not_there_is_an_attribute_error():
    for package in (nmautils, plotting, explore):
        with pytest.raises(AttributeError, match="plot_nothing"):
            _ = package.plot_nothing
    with pytest.raises(ImportError, match="plot_nothing"):
        from nmautils import plot_nothing  # noqa: F401

"""What an installation promises: pins in step, a light import, a clean wheel, two commands."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import requires
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import nmautils
from tests.support.paths import ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
LIBRARY = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
TEACHING = [Requirement(text) for text in [*EXTRAS["grading"], *EXTRAS["cluster"]]]
EVERYTHING = [*LIBRARY, *(Requirement(text) for texts in EXTRAS.values() for text in texts)]

# 3.11.2 is Debian's, and older than some packages want a 3.11 to be.
PYTHONS = ["3.10.0", "3.10.13", "3.11.2", "3.11.9", "3.12.3", "3.13.1", "3.14.0"]

# Parts of the package that only authors and teachers use; `precheck` runs for students too, and
# says what to install where there is no Jupyter.
NOT_FOR_STUDENTS = ("cells.py", "cli.py", "commands", "course", "grading", "precheck")

# What conda calls the packages that have another name there.
CONDA_NAMES = {
    "build": "python-build",
    "jupyter-client": "jupyter_client",
    "playwright": "playwright-python",
    "torch": "pytorch",
}

# What an import calls the packages that have another name when they are installed.
IMPORTED_AS = {
    "dateutil": "python-dateutil",
    "markdown_it": "markdown-it-py",
    "PIL": "pillow",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
    "zmq": "pyzmq",
}


def environment(python: str) -> dict[str, str]:
    """The values that markers are compared with on Linux under a version of Python."""
    version = ".".join(python.split(".")[:2])
    return default_environment() | {
        "python_version": version,
        "python_full_version": python,
        "sys_platform": "linux",
        "os_name": "posix",
    }


def applies(requirement: Requirement, python: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate(environment(python))


def lock_lines() -> list[str]:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def pins(python: str) -> dict[str, str]:
    """Name to version of everything the lock installs under a version of Python."""
    found: dict[str, str] = {}
    for line in lock_lines():
        requirement = Requirement(line)
        if applies(requirement, python):
            name = canonicalize_name(requirement.name)
            assert name not in found, f"{name} is pinned twice for Python {python}"
            (specifier,) = requirement.specifier
            found[name] = specifier.version
    return found


def project_files() -> list[Path]:
    """Files that are tracked, or would be: what is ignored does not count."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is not a git clone")
    paths = (ROOT / name for name in done.stdout.split("\0") if name)
    return [path for path in paths if path.is_file()]


def run(command: list[str], cwd: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=cwd,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
    )


# The lock, pyproject.toml and environment.yml


def test_lock_holds_exact_pins_and_no_address():
    for line in lock_lines():
        assert re.fullmatch(r"[a-z0-9.-]+==[\w.]+( ; .+)?", line), line


@pytest.mark.parametrize("python", PYTHONS)
def test_lock_pins_each_dependency_inside_its_range(python):
    pinned = pins(python)
    for requirement in EVERYTHING:
        if not applies(requirement, python):
            continue
        name = canonicalize_name(requirement.name)
        assert name in pinned, f"{name} is missing from requirements.lock for Python {python}"
        assert requirement.specifier.contains(pinned[name]), f"{name}=={pinned[name]}"


def test_lock_pins_what_the_dependencies_need_in_turn():
    pinned = pins(".".join(map(str, sys.version_info[:3])))
    waiting, seen = [requirement.name for requirement in EVERYTHING], set()
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name in seen or name not in pinned:
            continue
        seen.add(name)
        for text in requires(name) or []:
            needed = Requirement(text)
            if needed.marker is not None and not needed.marker.evaluate({"extra": ""}):
                continue
            below = canonicalize_name(needed.name)
            # torch pins the parts of its own builds for graphics cards.
            if name == "torch" and below.startswith(("nvidia-", "cuda-", "triton")):
                continue
            assert below in pinned, f"{name} needs {below}, which requirements.lock leaves open"
            assert needed.specifier.contains(pinned[below], prereleases=True), text
            waiting.append(below)


def test_torch_is_pinned_to_one_version_for_every_python():
    assert [line for line in lock_lines() if line.startswith("torch==")] == ["torch==2.13.0"]


def test_environment_yml_says_the_same_ranges():
    listed = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    texts = [text for text in listed["dependencies"] if isinstance(text, str)]
    (by_pip,) = (part["pip"] for part in listed["dependencies"] if isinstance(part, dict))
    conda = [Requirement(text) for text in [*texts, *by_pip]]
    said = {requirement.name: requirement.specifier for requirement in conda}
    assert said.pop("pip") == ""
    assert str(said.pop("python")) == PROJECT["project"]["requires-python"]
    wanted = {CONDA_NAMES.get(item.name, item.name): item.specifier for item in EVERYTHING}
    assert said == wanted


def test_library_puts_no_ceiling_on_what_a_hosted_notebook_brings():
    for requirement in LIBRARY:
        assert [specifier.operator for specifier in requirement.specifier] == [">="], requirement


def third_party_imports(files: list[Path]) -> dict[str, set[str]]:
    """Top-level names that files import and that are neither ours nor Python's, and where."""
    found: dict[str, set[str]] = {}
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                modules = [node.module]
            else:
                continue
            for name in {module.split(".")[0] for module in modules}:
                if name not in sys.stdlib_module_names | {"nmautils", "tests", "tomllib"}:
                    found.setdefault(name, set()).add(str(path.relative_to(ROOT)))
    return found


@pytest.mark.parametrize(
    ("student", "declared"),
    [(True, LIBRARY), (False, [*LIBRARY, *TEACHING])],
    ids=["for students", "for authors and teachers"],
)
def test_every_import_of_the_package_is_declared(student, declared):
    inside = {True: [], False: []}
    for path in sorted((ROOT / "nmautils").rglob("*.py")):
        inside[path.relative_to(ROOT).parts[1] not in NOT_FOR_STUDENTS].append(path)
    names = {canonicalize_name(requirement.name) for requirement in declared}
    missing = {
        module: sorted(places)
        for module, places in third_party_imports(inside[student]).items()
        if canonicalize_name(IMPORTED_AS.get(module, module)) not in names
    }
    assert missing == {}


# Importing


def test_import_loads_nothing_heavy():
    heavy = {"torch", "matplotlib", "sklearn", "scipy", "pandas", "IPython", "requests", "nbgrader"}
    code = f"import sys, nmautils; print({heavy} & set(sys.modules) or 'nothing')"
    done = run([sys.executable, "-c", code])
    assert done.stdout.strip() == "nothing", done.stdout + done.stderr


@pytest.mark.parametrize("name", nmautils.__all__)
def test_flat_name_resolves(name):
    assert callable(getattr(nmautils, name))


def test_unknown_flat_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = nmautils.no_such_name


def test_students_need_no_grading_packages():
    code = """
import sys
for module in "nbgrader jupytext nbclient nbconvert nbformat jupyterlab rich".split():
    sys.modules[module] = None  # importing it now fails as if it were not installed
import nmautils
print([name for name in nmautils.__all__ if not callable(getattr(nmautils, name))])
"""
    done = run([sys.executable, "-c", code])
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == "[]"


# The wheel


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """A folder with the wheel and the source distribution of the tree as it is."""
    tree, out = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("dist")
    for path in project_files():
        target = tree / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(tree)]
    done = run(command)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return out


def test_wheel_holds_the_library_and_nothing_else(built):
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        (points,) = (name for name in names if name.endswith("entry_points.txt"))
        assert "nmautils = nmautils.cli:main" in archive.read(points).decode()
    assert {name.split("/")[0] for name in names} == {"nmautils", "nmautils-0.1.0.dist-info"}
    ours = [path.relative_to(ROOT) for path in project_files()]
    package = {path.as_posix() for path in ours if path.parts[0] == "nmautils"}
    assert package - names == set()
    assert "nmautils/nma.mplstyle" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_source_distribution_gives_no_answers_away(built):
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        tops = {name.split("/")[1] for name in archive.getnames() if "/" in name}
    assert tops & {"source", "release", "solutions", "tests"} == set()
    assert {"nmautils", "pyproject.toml", "README.md", "LICENSE"} <= tops


# What stands in the repository


def test_no_file_names_a_registry_or_a_path_of_one_machine():
    forbidden = re.compile(
        "|".join(
            [
                r"\bpypi\.(org|python)",
                r"\bpython(hosted)\.",
                r"\bdownload\.pytorch",
                r"\bregistry\.npmjs",
                r"\b(deb|security)\.debian\.",
                r"\b(archive|security)\.ubuntu\.",
                r"\b(repo|conda)\.anaconda\.",
                r"(?<![\w.])/(work)/",
                r"\.\./shared\b",
                r"/(root|home/\w+)/\.",
            ]
        )
    )
    for path in project_files():
        content = path.read_bytes()
        if b"\0" in content:
            continue
        for number, line in enumerate(content.decode(errors="replace").splitlines(), 1):
            found = forbidden.search(line)
            where = f"{path.relative_to(ROOT)}:{number}"
            assert found is None, f"{where}: {found.group()}"


def test_source_notebooks_hold_no_outputs():
    for path in (ROOT / "source").glob("*/*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                assert cell["outputs"] == [], path.name
                assert cell["execution_count"] is None, path.name


def test_one_version_everywhere():
    version = PROJECT["project"]["version"]
    assert nmautils.__version__ == version
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == version
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_citation_has_what_its_format_requires():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= set(citation)
    assert all({"title", "authors", "type"} <= set(item) for item in citation["references"])


@pytest.mark.parametrize("name", ["README.md", "LICENSE"])
def test_credit_names_source_creators_licence_changes_and_data(name):
    text = " ".join((ROOT / name).read_text(encoding="utf-8").replace("*", "").split())
    facts = [
        "Adapted in idea from",
        'W1D5 "Deep Learning"',
        "Jorge A. Menendez",
        "Yalda Mohsenzadeh",
        "Carsen Stringer",
        "CC BY 4.0",
        "Changes were made",
        "Stringer et al. 2019",
        "679324v2",
        "Stringer et al. 2021",
        "10.1016/j.cell.2021.03.042",
    ]
    assert [fact for fact in facts if fact not in text] == []


@pytest.mark.parametrize("page", ["README.md", *(f"docs/{p.name}" for p in ROOT.glob("docs/*.md"))])
def test_links_between_pages_lead_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#\s]+)", text)
    local = [target for target in targets if "://" not in target]
    gone = [target for target in local if not ((ROOT / page).parent / target).exists()]
    assert gone == []


# make and continuous integration

needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture
def clone(tmp_path) -> Path:
    """A folder, with a space in its name, that holds all that `make venv` reads."""
    folder = tmp_path / "a clone"
    folder.mkdir()
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copyfile(ROOT / name, folder / name)
    return folder


def script(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # Options of a make that runs these tests are not for this one.
    blank = {"MAKEFLAGS": "", "MFLAGS": "", "MAKELEVEL": "", "GNUMAKEFLAGS": ""}
    command = ["make", "--no-print-directory", "-C", str(folder), *arguments]
    return run(command, folder.parent, **blank)


@needs_make
def test_make_alone_lists_every_target(clone):
    phony = re.search(r"^\.PHONY: (.*)$", (clone / "Makefile").read_text(), re.MULTILINE)
    listed = re.findall(r"^make ([a-z-]+) ", make(clone).stdout, re.MULTILINE)
    assert sorted(listed) == sorted(phony.group(1).split())


@needs_make
@pytest.mark.parametrize(
    ("body", "advice"),
    [
        ('case "$*" in -V) echo Python 3.9.2;; *) exit 1;; esac', "3.10 or newer"),
        (
            'case "$*" in *ensurepip*) exit 1;; *print*) echo python3.11-venv;; esac',
            "apt-get install python3.11-venv",
        ),
    ],
    ids=["too old", "without venv"],
)
def test_make_says_in_one_line_what_python_it_needs(clone, body, advice):
    done = make(clone, "venv", f"PYTHON={script(clone / 'bin' / 'python3', body)}")
    assert done.returncode != 0
    assert advice in done.stdout
    assert len(done.stdout.splitlines()) == 1


@needs_make
def test_make_says_in_one_line_that_python_is_missing(clone):
    done = make(clone, "venv", "PYTHON=no-such-python")
    assert done.returncode != 0
    assert "no-such-python not found" in done.stdout
    assert len(done.stdout.splitlines()) == 1


@needs_make
def test_make_installs_again_only_when_the_pins_have_changed(clone):
    log = clone / "calls"
    script(clone / ".venv/bin/python", f'echo "$*" >>"{log}"')
    assert make(clone, "venv", f"PYTHON={sys.executable}").returncode == 0
    assert "-m pip install --quiet --requirement requirements.lock" in log.read_text()
    log.unlink()

    assert make(clone, "venv", "PYTHON=no-such-python").returncode == 0
    assert not log.exists()

    later = (clone / ".venv/.installed").stat().st_mtime + 10
    os.utime(clone / "requirements.lock", (later, later))
    assert make(clone, "venv", f"PYTHON={sys.executable}").returncode == 0
    assert "--requirement requirements.lock" in log.read_text()


@needs_make
def test_clean_keeps_the_environment_submissions_and_marks(clone):
    kept = [".venv/lib/__pycache__/x", "submitted/ann/x", "inbox/x", "gradebook.db", "feedback/x"]
    gone = ["demo/x", "nmautils/__pycache__/x", ".pytest_cache/x", ".mypy_cache/x", "dist/x"]
    for name in kept + gone:
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        (clone / name).touch()
    assert make(clone, "clean").returncode == 0
    assert [name for name in kept if not (clone / name).exists()] == []
    assert [name for name in gone if (clone / name).exists()] == []


@needs_make
@pytest.mark.parametrize(
    ("closing", "status"),
    [("==== 3 passed in 0.10s ====", 0), ("=== 1 failed, 2 passed in 0.10s ===", 1)],
)
def test_ci_keeps_the_status_of_pytest_and_ends_with_its_closing_line(tmp_path, closing, status):
    for tool in ("chromium", "python3"):
        script(tmp_path / "bin" / tool, "exit 0")
    (tmp_path / ".ci").mkdir()
    shutil.copyfile(ROOT / ".ci/run", tmp_path / ".ci/run")
    (tmp_path / "Makefile").write_text(f"test:\n\t@echo '{closing}'; exit {status}\n")
    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = run(["bash", str(tmp_path / ".ci/run")], tmp_path, PATH=path, MAKEFLAGS="", MAKELEVEL="")
    assert done.returncode == status
    assert done.stdout.splitlines()[-1] == closing

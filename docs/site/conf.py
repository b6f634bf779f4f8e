"""Sphinx' settings for the course page; `make docs` calls it by way of build.py."""

import sys
from importlib.util import find_spec
from pathlib import Path

import nmautils

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))  # where Sphinx finds notebooks.py

author = "the nmautils developers"
project_copyright = "the nmautils developers; text CC BY 4.0, code BSD-3-Clause"
language = "en"
root_doc = "index"
exclude_patterns = ["downloads"]
templates_path = [str(HERE / "_templates")]

extensions = [
    "myst_nb",
    "notebooks",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx.ext.napoleon",
]

# build.py says where runs are kept. A cell that fails is a warning (notebooks.py), unless it is
# tagged as an open exercise.
nb_execution_mode = "cache"
nb_execution_allow_errors = True
nb_execution_timeout = 1800  # seconds for a cell
nb_ipywidgets_js = {}
nb_merge_streams = True
nb_output_stderr = "remove"
nb_mime_priority_overrides = [("html", "application/vnd.jupyter.widget-view+json", None)]
nb_code_prompt_show = "Unfold this cell"
nb_code_prompt_hide = "Fold this cell"
nb_render_markdown_format = "commonmark"
myst_enable_extensions = ["amsmath", "dollarmath"]
myst_heading_anchors = 4
myst_heading_slug_func = "notebooks.slug"

# Types stand with the parameters, not in the signature; `name` is a link where it can be one.
default_role = "py:obj"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented_params"
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
autosummary_context = {"flat": nmautils.__all__}
autosummary_filename_map = {
    f"nmautils.{path.stem}": path.stem for path in Path(nmautils.__file__).parent.iterdir()
}
# A module shows what its __all__ names, also what it loads from elsewhere when it is used.
autosummary_ignore_module_all = False
autosummary_imported_members = True
napoleon_google_docstring = False
napoleon_use_rtype = False
add_module_names = False
python_use_unqualified_type_names = True
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#00598c", "color-brand-content": "#00598c"},
    "dark_css_variables": {"color-brand-primary": "#6cb8e6", "color-brand-content": "#6cb8e6"},
}
# One file without fonts of its own: formulas also work where pages are opened from a disk.
mathjax = find_spec("sphinx-mathjax-offline").submodule_search_locations[0]
html_static_path = ["site.css", f"{mathjax}/static/mathjax/tex-svg.js"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
mathjax_path = "tex-svg.js"
myst_update_mathjax = False
mathjax3_config = {"options": {"enableMenu": False}, "svg": {"fontCache": "global"}}

"""Sphinx' settings for the course page; `make docs` calls it by way of build.py."""

import os
import sys
from pathlib import Path

from nmautils.course.settings import read_settings

# Where MyST looks for slugs.py.
sys.path.insert(0, str(Path(__file__).resolve().parent))
course = read_settings(Path(os.environ["NMAUTILS_DOCS_ROOT"]))

project = course.course.title
html_title = course.course.title
author = "the nmautils developers"
project_copyright = "the nmautils developers; text CC BY 4.0, code BSD-3-Clause"
language = "en"
root_doc = "index"
exclude_patterns = ["downloads", "_static"]

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx.ext.napoleon",
]

# Notebooks come executed, with pictures as files that have alternative texts (build.py).
nb_execution_mode = "off"
nb_ipywidgets_js = {}
nb_merge_streams = True
nb_code_prompt_show = "Unfold this cell"
nb_code_prompt_hide = "Fold this cell"
nb_render_markdown_format = "commonmark"
myst_enable_extensions = ["amsmath", "dollarmath"]
myst_heading_anchors = 4

myst_heading_slug_func = "slugs.slug"

# Types stand with the parameters, not in the signature; `name` is a link where it can be one.
default_role = "py:obj"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented_params"
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
autosummary_generate = False
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
html_static_path = [os.environ["NMAUTILS_DOCS_STATIC"]]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False

# One file without fonts of its own: it also works where pages are opened from a disk.
mathjax_path = "tex-svg.js"
myst_update_mathjax = False
mathjax3_config = {"options": {"enableMenu": False}, "svg": {"fontCache": "global"}}

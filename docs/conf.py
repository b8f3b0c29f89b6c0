"""How Sphinx makes the site: ``make docs``. What the build needs besides lies in docs/site/."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS / "site"))

import reference  # noqa: E402
from hooks import MADE, setup  # noqa: E402, F401 - Sphinx calls setup

import refconv  # noqa: E402

# -- what it is

project = "refconv"
author = "The refconv developers"
copyright = author  # noqa: A001 - Sphinx's name for it
version = release = refconv.__version__

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
    "sphinx_design",
]
exclude_patterns = ["explorer/python", "**/.ipynb_checkpoints"]
templates_path = ["_templates"]
highlight_language = "none"
default_role = "literal"  # in docstrings: `x` is a name
nitpicky = True
# Others have pages of their own.
nitpick_ignore_regex = [("py:.*", r"(matplotlib|numpy|ipywidgets|pytest|sympy|torch)\..*")]

# -- pages: Markdown, and notebooks with the outputs they are kept with

nb_execution_mode = "off"
nb_merge_streams = True
nb_render_markdown_format = "myst"
nb_ipywidgets_js: dict[str, Any] = {}  # no notebook keeps a widget; the default would be a script from elsewhere
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3

# -- the reference

autosummary_generate = True
autosummary_filename_map = reference.filenames()
autodoc_typehints = "none"  # numpydoc's parameters say what is meant
numpydoc_show_class_members = False

# -- the look, and nothing from elsewhere: fonts are the system's, MathJax is served with the pages

html_theme = "furo"
pygments_dark_style = "github-dark"
html_title = "refconv"
html_copy_source = False
html_show_sphinx = False
html_favicon = "_static/favicon.svg"
html_css_files = ["site.css"]
mathjax_path = "vendor/mathjax/es5/tex-chtml.js"
mathjax3_config = {
    "loader": {"load": []},
    "options": {"enableMenu": False},  # the menu would fetch its speech engine from elsewhere
    "tex": {"packages": {"[-]": ["autoload", "require"]}},
    "chtml": {"displayAlign": "left"},
}
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

html_static_path = ["_static", str(MADE)]

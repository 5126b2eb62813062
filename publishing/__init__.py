"""What makes the notebooks, the book and the slides of a lecture from its sources.

For those who write the lecture; those who use `lecture` do not need it. It works on a checkout (``notebooks/``,
``book/``, ``_toc.yml``, ``_config.yml``), is not installed with the package, and knows nothing of what is taught:
another course may take it as it is.

- Sources to notebooks: `notebooks`, `colab` (their first cell), `twins` (copies with blanks) and `lab` (JupyterLab).
- Runs: `build` is the way in; `execute` runs notebooks and keeps the runs.
- Pages: `book` and `slides` each have an `assemble`. The other modules make their parts.
"""

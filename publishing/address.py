"""Where the project is on the web: pyproject.toml says it, once, and everything that links there asks here."""

import re
import tomllib

BRANCH = "main"  # whose files Colab and Binder open
COLAB = "https://colab.research.google.com"
BINDER = "https://mybinder.org"
FORM = re.compile(r"https://github\.com/[\w.-]+/[\w.-]+")


def repository(root):
    """Return the address of the repository, or None while it is not set.

    Parameters
    ----------
    root : pathlib.Path
        The checkout: ``[project.urls] repository`` of its pyproject.toml is the address.

    Raises
    ------
    ValueError
        If it is not the address of a repository on GitHub, from where Colab and Binder take notebooks.
    """
    try:
        project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8")).get("project", {})
    except FileNotFoundError:
        return None
    address = project.get("urls", {}).get("repository")
    if address is None:
        return None
    address = address.rstrip("/").removesuffix(".git")
    if not FORM.fullmatch(address):
        raise ValueError(f"pyproject.toml: repository must be like https://github.com/owner/name, got {address!r}.")
    return address


def on_colab(repository, path):
    """Return the address that opens a file of the repository on Colab."""
    return f"{COLAB}/github/{repository.removeprefix('https://github.com/')}/blob/{BRANCH}/{path}"


def on_binder(repository, path=""):
    """Return the address that opens the repository on Binder, in JupyterLab at ``path``."""
    return f"{BINDER}/v2/gh/{repository.removeprefix('https://github.com/')}/{BRANCH}?urlpath=lab/tree/{path}"

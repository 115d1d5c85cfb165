"""What the tests share: the corpus read once, and one real store built once a session."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from assistant.corpus import Corpus, load_shipped
from assistant.library import Library

# The same examples at every run, and no deadline: a busy machine is no fault of the program.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory) -> None:
    """No test reads or writes the folders of the person who runs it."""
    folder = tmp_path_factory.mktemp("user")
    os.environ["GCM_DRAFT_HOME"] = str(folder / "data")
    os.environ["GCM_DRAFT_CONFIG"] = str(folder / "config")
    for name in ("GCM_DRAFT_STORE", "GCM_DRAFT_CORPUS"):
        os.environ.pop(name, None)


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    """The shipped documents, read."""
    return load_shipped()


@pytest.fixture(scope="session")
def built_store(own_folders) -> Library:
    """A library whose store is built, in the session's own folder."""
    library = Library()
    library.build_index()
    return library

"""Where the program's own files lie, installed or in a checkout, and where the user's own go."""

from __future__ import annotations

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def shipped(name: str) -> Path:
    """The folder ``corpus`` or ``prompts``: inside an installed package, else beside it in a checkout."""
    inside = PACKAGE / "_shipped" / name
    return inside if inside.is_dir() else PACKAGE.parent / name


def data_dir() -> Path:
    """The user's data folder by the platform's convention, or ``GCM_DRAFT_HOME``."""
    override = os.environ.get("GCM_DRAFT_HOME")
    if override:
        return Path(override)
    import platformdirs

    return Path(platformdirs.user_data_dir("gcm-draft", appauthor=False))


def config_dir() -> Path:
    """The user's configuration folder by the platform's convention, or ``GCM_DRAFT_CONFIG``."""
    override = os.environ.get("GCM_DRAFT_CONFIG")
    if override:
        return Path(override)
    import platformdirs

    return Path(platformdirs.user_config_dir("gcm-draft", appauthor=False))

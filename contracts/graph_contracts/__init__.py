"""graph-contracts: does a server do what Microsoft Graph's API reference says?"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("graph-contracts")
except PackageNotFoundError:  # sources that nobody has installed
    __version__ = "0+unknown"

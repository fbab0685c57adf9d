"""graph-contracts: does a server do what Microsoft Graph's API reference says?"""

from __future__ import annotations

__version__ = "0.1.0"

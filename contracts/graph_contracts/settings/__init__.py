"""What a run is told: one frozen `Settings`, read from flags, the environment and a file.

A flag beats its environment variable, which beats the file. The fields of `Settings` are the only table of options:
the command line and the pytest plugin both take names, help and shapes from `OPTIONS`, so adding an option is adding
a field.
"""

from graph_contracts.settings.model import Settings, is_credential
from graph_contracts.settings.options import GROUPS, OPTIONS, PREFIX, Option
from graph_contracts.settings.sources import Loaded, exactly, gather, load

__all__ = ["GROUPS", "OPTIONS", "PREFIX", "Loaded", "Option", "Settings", "exactly", "gather", "is_credential", "load"]

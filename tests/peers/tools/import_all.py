"""Imports every module of the package named, and prints how many there are."""

import importlib
import pkgutil
import sys

package = importlib.import_module(sys.argv[1])
names = [each.name for each in pkgutil.walk_packages(package.__path__, f"{sys.argv[1]}.")]
for name in names:
    importlib.import_module(name)
print(len(names))

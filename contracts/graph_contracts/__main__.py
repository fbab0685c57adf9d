"""`python -m contracts` is `graph-contracts`."""

import sys

from graph_contracts.cli import main

if __name__ == "__main__":
    sys.exit(main())

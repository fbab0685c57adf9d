"""How modules import one another: import-linter holds the arrows between rooms, and here is what it can't hold."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

import grimp


def test_no_module_imports_itself_by_way_of_others() -> None:
    """Not even for types alone: import-linter looks for circles of folders, and the engine's have some."""
    graph = grimp.build_graph("graph_contracts", cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    engine = "graph_contracts.engine"
    assert imports[f"{engine}.session"] >= {f"{engine}.{name}" for name in ("selection", "resources", "tally")}
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        raise AssertionError(" imports ".join(error.args[1])) from None

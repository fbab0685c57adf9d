"""The project as people get it: sdist and wheel, one file, container. Each test makes what it tests; all are `full`."""

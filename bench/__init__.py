"""Measurements: run by `make bench`, never by the tests. bench/README.md says what is measured, and how."""

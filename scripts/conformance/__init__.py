"""Conformance of a FOCUS Cost and Usage table, judged in SQL by a requirements model."""

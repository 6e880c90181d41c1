"""The labs: controls on top, a run in slices, pictures, tables and one patient's story below."""

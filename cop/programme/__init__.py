"""The whole programme on its way out: an archive of CSV files."""

"""Reading a shop's CSV export: from bytes to orders. Pure, so that the preview and the import read alike."""

"""What this room keeps of its own: files that were made of what the other rooms hold, and who had them."""

from reporting.models.export import Export, ExportEntry, ExportPart

__all__ = ["Export", "ExportEntry", "ExportPart"]

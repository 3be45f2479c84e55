"""Documents (văn bản): files to text, text to fields."""

from transforms.documents.filetext import DataTable, FileText, PageText, Stamp

__all__ = ["DataTable", "FileText", "PageText", "Stamp"]

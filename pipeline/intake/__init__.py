"""Any file in: bytes to text frames with the spreadsheet's own row numbers, then typed frames and findings."""

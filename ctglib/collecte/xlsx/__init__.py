"""The workbook as an .xlsx file: written, and read whoever saved it."""

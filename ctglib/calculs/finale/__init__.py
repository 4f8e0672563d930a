"""The evaluation at the end of a convention: pure functions, tables in and tables out."""

"""The tables of the evaluation at the end of a convention."""

"""Hand three: pure functions, tables in and tables out.

No file, no clock, no network, no global state.
"""

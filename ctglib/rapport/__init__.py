"""Hand four: sentences, tables and figures as frozen objects that know how to show themselves."""

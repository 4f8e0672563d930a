"""A cell as a person filled it, to the text of the follow-up, or to what is wrong with it."""

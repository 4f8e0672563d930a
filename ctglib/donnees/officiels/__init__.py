"""Official files, as downloaded: recognised by their content, read whatever the year, added to the store or refused."""

"""From an executed notebook to one accessible HTML page, and from that page to a PDF."""

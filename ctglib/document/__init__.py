"""What a report is made of: headings, paragraphs, tables, figures, and the words and signs they are
written with.
"""

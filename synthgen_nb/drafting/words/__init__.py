"""Texts: names, titles, reviews, codes, files, documents."""

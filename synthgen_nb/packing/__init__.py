"""Parquet as bytes: bits, pages, footers, and files put together from columns of several hands."""

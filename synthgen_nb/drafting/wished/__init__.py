"""What a person or a model asks of columns and tables: read, held against the schema, placed or refused."""

CREATE TABLE account (email text, name varchar(40), tenant integer, active boolean, deleted_at timestamp);
CREATE UNIQUE INDEX account_email ON account (lower(email));
CREATE UNIQUE INDEX account_name ON account (tenant, (lower((name)::text)) text_pattern_ops) WHERE (deleted_at IS NULL);
CREATE UNIQUE INDEX ON account (tenant) WHERE active;
CREATE INDEX account_plain ON account (name);
CREATE UNIQUE INDEX account_ops ON account (name varchar_pattern_ops DESC, tenant NULLS FIRST);

-- what a server says of DEFAULT NULL
CREATE TABLE t (
    a integer DEFAULT NULL,
    b character varying(20) DEFAULT NULL::character varying,
    c text DEFAULT 'NULL'::text
);
ALTER TABLE t ALTER COLUMN c SET DEFAULT NULL::text;

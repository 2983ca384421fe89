CREATE SCHEMA stock;
CREATE TYPE mood AS ENUM ('sad', 'it''s ok');
CREATE SEQUENCE ids START 1;
CREATE TABLE person (id INTEGER PRIMARY KEY DEFAULT nextval('ids'), mail VARCHAR UNIQUE NOT NULL, feeling mood, tags VARCHAR[], spot STRUCT(x INTEGER, y DOUBLE), m MAP(VARCHAR, INTEGER), big HUGEINT, note VARCHAR DEFAULT 'it''s; me', CHECK (length(mail) > 2));
CREATE TABLE stock.item (code VARCHAR, owner INTEGER, price DECIMAL(10,2) CHECK (price > 0), seen TIMESTAMP WITH TIME ZONE, twice DOUBLE GENERATED ALWAYS AS (price * 2), three INTEGER[3], PRIMARY KEY (code, owner));
CREATE TABLE child (id UBIGINT, parent INTEGER REFERENCES person (id), b BLOB, u UUID, t UTINYINT, i INTERVAL);
CREATE UNIQUE INDEX once ON child (parent, id);
CREATE VIEW names AS SELECT id, mail FROM person;

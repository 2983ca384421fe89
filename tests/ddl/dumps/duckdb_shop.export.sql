CREATE SCHEMA stock;
CREATE SEQUENCE ids INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START 2 NO CYCLE;
CREATE TYPE mood AS ENUM ( 'sad', 'it''s ok' );
CREATE TABLE person(id INTEGER DEFAULT(nextval('ids')) PRIMARY KEY, mail VARCHAR NOT NULL UNIQUE, feeling ENUM('sad', 'it''s ok'), tags VARCHAR[], spot STRUCT(x INTEGER, y DOUBLE), m MAP(VARCHAR, INTEGER), big HUGEINT, note VARCHAR DEFAULT('it''s; me'), CHECK((length(mail) > 2)));
CREATE TABLE stock.item(code VARCHAR, "owner" INTEGER, price DECIMAL(10,2), seen TIMESTAMP WITH TIME ZONE, twice DOUBLE GENERATED ALWAYS AS((price * 2)), three INTEGER[3], CHECK((price > 0)), PRIMARY KEY(code, "owner"));
CREATE TABLE child(id UBIGINT, parent INTEGER, b BLOB, u UUID, t UTINYINT, i INTERVAL, FOREIGN KEY (parent) REFERENCES person(id));
CREATE VIEW "names" AS SELECT id, mail FROM person;
CREATE UNIQUE INDEX once ON child(parent, id);

COPY person FROM 'shop/person.csv' (FORMAT 'csv', allow_quoted_nulls false, force_not_null ('mail', 'id'), quote '"', delimiter ',', header 1);
COPY stock.item FROM 'shop/stock_item.csv' (FORMAT 'csv', allow_quoted_nulls false, force_not_null ('code', 'owner'), quote '"', delimiter ',', header 1);
COPY child FROM 'shop/child.csv' (FORMAT 'csv', allow_quoted_nulls false, quote '"', delimiter ',', header 1);

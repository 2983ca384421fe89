CREATE SCHEMA store
    CREATE TABLE item (id integer PRIMARY KEY, name text)
    CREATE TABLE stock (item_id integer REFERENCES item, amount integer CHECK (amount >= 0));
CREATE TABLE plain (id integer REFERENCES store.item (id));

CREATE TABLE status (id serial PRIMARY KEY, name text NOT NULL UNIQUE, active boolean NOT NULL DEFAULT true, note text, w numeric(6,2));
INSERT INTO status (name, note) VALUES ('new', NULL), ('it''s paid', 'ok'::text);
INSERT INTO status (id, name, active, w) VALUES (7, 'gone', 'f', -1.25) ON CONFLICT DO NOTHING;
CREATE TABLE log (id integer PRIMARY KEY, at timestamp NOT NULL);
INSERT INTO log VALUES (1, now());
CREATE TABLE ticket (id integer PRIMARY KEY, status_id integer NOT NULL REFERENCES status);
INSERT INTO ticket VALUES (1, 99);

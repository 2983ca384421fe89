CREATE TABLE place (id serial PRIMARY KEY, name text NOT NULL, height integer CHECK (height > -500));
CREATE TABLE city (people integer, name text DEFAULT 'unknown', CONSTRAINT lived_in CHECK (people > 0)) INHERITS (place);
ALTER TABLE place ADD COLUMN lat double precision DEFAULT 0;
ALTER TABLE ONLY place ALTER COLUMN lat SET NOT NULL;
ALTER TABLE place RENAME COLUMN height TO altitude;
CREATE TABLE free (id integer, name text, altitude integer, lat double precision, CHECK (altitude > -500));
CREATE TABLE capital (country text NOT NULL) INHERITS (city) WITH (fillfactor=70);

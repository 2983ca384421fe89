CREATE TABLE team (id integer PRIMARY KEY, lead_id integer, UNIQUE (id, lead_id));
CREATE TABLE person (
    id integer PRIMARY KEY,
    boss integer REFERENCES person ON DELETE SET NULL,
    team_id integer NOT NULL REFERENCES team ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED
);
ALTER TABLE team ADD CONSTRAINT led_by FOREIGN KEY (lead_id) REFERENCES person (id) NOT VALID;
CREATE TABLE place (country text, code text, PRIMARY KEY (country, code));
CREATE TABLE visit (
    country text,
    code text,
    team_id integer,
    lead_id integer,
    FOREIGN KEY (country, code) REFERENCES place MATCH FULL ON DELETE CASCADE,
    CONSTRAINT the_two FOREIGN KEY (team_id, lead_id) REFERENCES team (id, lead_id)
);

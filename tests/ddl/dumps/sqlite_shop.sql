CREATE TABLE person (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  mail TEXT COLLATE NOCASE UNIQUE ON CONFLICT IGNORE NOT NULL,
  "Full Name" VARCHAR(60) DEFAULT 'it''s; me',
  [odd col] UNSIGNED BIG INT,
  `when` DATETIME DEFAULT CURRENT_TIMESTAMP, -- since; 'then'
  boss INTEGER REFERENCES person (id) DEFERRABLE INITIALLY DEFERRED,
  score REAL CHECK (score BETWEEN 0 AND 1 OR score IS NULL),
  twice REAL GENERATED ALWAYS AS (score * 2) STORED,
  blob_of BLOB
);
CREATE TABLE tag (name TEXT PRIMARY KEY, weight INT NOT NULL) WITHOUT ROWID;
CREATE TABLE exact (id INTEGER PRIMARY KEY, n INT, t TEXT NOT NULL, a ANY) STRICT;
CREATE TABLE person_tag (
  person INTEGER NOT NULL REFERENCES person, tag TEXT NOT NULL REFERENCES tag (name) ON DELETE CASCADE,
  CONSTRAINT once PRIMARY KEY (person, tag)
);
CREATE UNIQUE INDEX one_boss ON person (boss) WHERE score > 0.5;
CREATE UNIQUE INDEX lower_name ON person (lower("Full Name"));
CREATE INDEX plain ON person ("when");
CREATE VIEW names AS SELECT id, mail FROM person;
CREATE TRIGGER touched AFTER UPDATE ON person BEGIN UPDATE tag SET weight = weight + 1; SELECT CASE WHEN 1 THEN 'end;' END; END;
INSERT INTO person (mail, "Full Name", score) VALUES ('a@b', 'Ann; ''A''
of two lines', 0.25);
INSERT INTO tag VALUES ('x', 1), ('y;', 2);
INSERT INTO person_tag VALUES (1, 'x');

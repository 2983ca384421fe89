CREATE TABLE g (
  a int NOT NULL,
  b int GENERATED ALWAYS AS (a + 1) STORED,
  c int AS (a * 2) VIRTUAL,
  d varchar(20) AS (concat('x', a)) PERSISTENT COMMENT 'joined',
  UNIQUE (b)
);

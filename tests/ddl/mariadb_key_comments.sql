CREATE TABLE project (
    id int PRIMARY KEY COMMENT 'stands behind the key',
    name varchar(20) UNIQUE KEY COMMENT 'and behind a UNIQUE',
    note text COMMENT 'or alone'
);

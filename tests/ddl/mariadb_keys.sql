CREATE TABLE `parent` (
  `id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `code` varchar(200) NOT NULL,
  `body` text,
  PRIMARY KEY USING BTREE (`id`),
  UNIQUE KEY `code_body` (`code`(20),`body`(75) DESC) USING BTREE COMMENT 'both',
  KEY `plain` (`code`),
  FULLTEXT KEY `words` (`body`)
) ENGINE=InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=utf8mb4 COMMENT='the parent; table';
CREATE TABLE `child` (
  `ID` int(10) unsigned NOT NULL PRIMARY KEY,
  `parent_id` int(10) unsigned DEFAULT NULL COMMENT 'whose child',
  `n` int,
  CONSTRAINT FOREIGN KEY fk_name (`parent_id`) REFERENCES `parent` (`id`) ON DELETE NO ACTION ON UPDATE CASCADE
);
CREATE UNIQUE INDEX by_n USING BTREE ON child (n);
CREATE TABLE inline_ref (pid int(10) unsigned REFERENCES parent(id), k int UNIQUE KEY, CHECK (k > 0), CONSTRAINT pos CHECK (k < 100));

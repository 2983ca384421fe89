CREATE TABLE kinds (
  a tinyint(1), b bool, c tinyint unsigned, d mediumint(8) unsigned zerofill, e bigint(20) unsigned,
  f float unsigned, g float(7,4), h double(10,2), i decimal(10,2) unsigned, j decimal,
  k bit, l bit(8), m year(4), n enum('a','it''s','c;d') NOT NULL DEFAULT 'a', o set('x','y'),
  p char(3), q varchar(20) character set latin1 collate latin1_bin, r varchar(20) binary, s tinytext, t text, u mediumtext,
  v longtext, w text(100), x binary(16), y varbinary(20), z blob,
  aa date, ab time(3), ac datetime(6), ad timestamp NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  ae json, af point, ag geometry, ah double precision, ai national varchar(5), aj uuid, ak inet6, al int(11) DEFAULT -1
) COLLATE=utf8mb4_general_ci;
CREATE TABLE bin (a varchar(10), b varchar(10) COLLATE utf8mb4_general_ci, c varchar(5) CHARSET utf8mb4) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE dumped (doc longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL CHECK (json_valid(`doc`)), id serial);
CREATE TABLE named_by_texts (a varchar(9) CHARACTER SET 'latin1' COLLATE 'latin1_bin', b varchar(9) NOT NULL COLLATE "utf8mb4_bin", c text) COLLATE='utf8mb4_unicode_ci';

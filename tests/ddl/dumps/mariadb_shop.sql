CREATE TABLE country (code char(2) NOT NULL, name varchar(40) NOT NULL COMMENT 'as; it''s written', PRIMARY KEY (code)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='lands';
CREATE TABLE customer (
  id int unsigned NOT NULL AUTO_INCREMENT,
  mail varchar(120) NOT NULL,
  country char(2) DEFAULT NULL,
  kind enum('private','firm; ltd','it''s') NOT NULL DEFAULT 'private',
  flags set('a','b') DEFAULT NULL,
  rate float unsigned DEFAULT 0,
  doc json DEFAULT NULL,
  made timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp(),
  `key` bigint(20) unsigned zerofill DEFAULT NULL,
  bits bit(3) DEFAULT b'101',
  up int unsigned DEFAULT NULL,
  note text,
  full varchar(200) GENERATED ALWAYS AS (concat(mail,'; ',kind)) STORED,
  short varchar(10) GENERATED ALWAYS AS (left(mail,10)) VIRTUAL,
  PRIMARY KEY (id),
  UNIQUE KEY mail (mail),
  UNIQUE KEY prefix_of (note(20), country),
  KEY country (country),
  CONSTRAINT customer_country FOREIGN KEY (country) REFERENCES country (code) ON UPDATE CASCADE,
  CONSTRAINT up_too FOREIGN KEY (up) REFERENCES customer (id) ON DELETE SET NULL,
  CONSTRAINT positive CHECK (rate >= 0 and (mail like '%@%' or kind <> 'it''s'))
) ENGINE=InnoDB AUTO_INCREMENT=5 DEFAULT CHARSET=utf8mb4;
CREATE TABLE sale (
  customer int unsigned NOT NULL,
  nr smallint NOT NULL,
  at datetime(3) NOT NULL,
  total decimal(10,2) unsigned NOT NULL CHECK (total < 100000),
  PRIMARY KEY (customer, nr, at),
  CONSTRAINT of FOREIGN KEY (customer) REFERENCES customer (id)
) ENGINE=InnoDB DEFAULT CHARSET=latin1 COLLATE=latin1_bin;
CREATE TABLE log (id int NOT NULL, at date NOT NULL, PRIMARY KEY (id, at))
PARTITION BY RANGE (year(at)) (PARTITION p0 VALUES LESS THAN (2020), PARTITION p1 VALUES LESS THAN MAXVALUE);
CREATE VIEW names AS SELECT id, mail FROM customer;
DELIMITER //
CREATE TRIGGER sold BEFORE INSERT ON sale FOR EACH ROW BEGIN IF NEW.total < 0 THEN SET NEW.total = 0; END IF; END//
CREATE PROCEDURE touch() BEGIN UPDATE customer SET made = now(); SELECT 'it''s; done'; END//
DELIMITER ;
INSERT INTO country VALUES ('DE','Germany; the'),('FR','it\'s ''France''\\');

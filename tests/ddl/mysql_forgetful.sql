-- MyISAM reads a foreign key and forgets it: rows agree with it, but it is no rule
CREATE TABLE tracks (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  title VARCHAR(80) NOT NULL
) ENGINE=MyISAM;
CREATE TABLE plays (
  id INT UNSIGNED NOT NULL PRIMARY KEY,
  track INT UNSIGNED NOT NULL,
  CONSTRAINT of_track FOREIGN KEY (track) REFERENCES tracks (id)
) ENGINE = MyISAM DEFAULT CHARSET=latin1;
CREATE TABLE kept (
  track INT UNSIGNED NOT NULL,
  CONSTRAINT of_play FOREIGN KEY (track) REFERENCES plays (id)
) ENGINE=InnoDB;

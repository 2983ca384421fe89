CREATE TABLE `customer` (
  `id` int(11) NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `mail` varchar(120) NOT NULL,
  `kind` enum('private','firm; ltd') NOT NULL DEFAULT 'private',
  `made` timestamp NOT NULL DEFAULT current_timestamp(),
  `note` text DEFAULT NULL COMMENT 'free; text',
  UNIQUE KEY `mail` (`mail`),
  UNIQUE KEY `prefix_of` (`note`(20),`kind`),
  KEY `kind` (`kind`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='buyers';
CREATE TABLE `sale` (
  `customer` int(11) NOT NULL,
  `nr` int(11) NOT NULL,
  `total` decimal(10,2) UNSIGNED NOT NULL,
  PRIMARY KEY (`customer`,`nr`),
  CONSTRAINT `sale_ibfk_1` FOREIGN KEY (`customer`) REFERENCES `customer` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
INSERT INTO `customer` VALUES (1, 'a@b', 'private', '2024-01-01 00:00:00', 'it''s; me'), (2, 'c@d', 'firm; ltd', '2024-01-02 00:00:00', NULL);

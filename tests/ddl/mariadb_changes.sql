CREATE TABLE `users` (
  `id` int(11) NOT NULL,
  `mail` varchar(100) NOT NULL,
  `age` int(11) DEFAULT NULL,
  `gone` text
) ENGINE=InnoDB DEFAULT CHARSET=utf8;
CREATE TABLE `posts` (`id` int(11) NOT NULL, `user_id` int(11) NOT NULL);
ALTER TABLE `users`
  ADD PRIMARY KEY (`id`),
  ADD UNIQUE KEY `mail` (`mail`),
  ADD KEY `age` (`age`);
ALTER TABLE `users`
  MODIFY `id` int(11) NOT NULL AUTO_INCREMENT, AUTO_INCREMENT=10;
ALTER TABLE `posts` ADD PRIMARY KEY (`id`), ADD CONSTRAINT `posts_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE;
ALTER TABLE users CHANGE COLUMN age years smallint unsigned NOT NULL DEFAULT 0 AFTER id, DROP COLUMN gone, ADD COLUMN first_one int FIRST;
ALTER TABLE users DROP INDEX mail, ADD UNIQUE INDEX mail2 (mail(10)), ADD (x int, y int NOT NULL);
RENAME TABLE users TO members;
ALTER TABLE posts RENAME TO articles, ADD UNIQUE (user_id);
CREATE TABLE copy LIKE members;
CREATE TABLE doomed (id int);
DROP TABLE IF EXISTS doomed, never_there;

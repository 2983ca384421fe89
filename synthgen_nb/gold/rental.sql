CREATE TABLE language (
    language_id tinyint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name varchar(20) NOT NULL UNIQUE
);
CREATE TABLE film (
    film_id smallint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
    title varchar(128) NOT NULL,
    description text,
    release_year year,
    language_id tinyint unsigned NOT NULL,
    rental_duration tinyint unsigned NOT NULL DEFAULT 3 CHECK (rental_duration BETWEEN 1 AND 14),
    rental_rate decimal(4, 2) NOT NULL DEFAULT 4.99 CHECK (rental_rate > 0),
    length smallint unsigned CHECK (length BETWEEN 40 AND 240),
    replacement_cost decimal(5, 2) NOT NULL DEFAULT 19.99 CHECK (replacement_cost BETWEEN 5 AND 400),
    rating enum ('G', 'PG', 'PG-13', 'R', 'NC-17') DEFAULT 'G',
    FOREIGN KEY (language_id) REFERENCES language (language_id)
);
CREATE TABLE customer (
    customer_id smallint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
    first_name varchar(45) NOT NULL,
    last_name varchar(45) NOT NULL,
    email varchar(80) UNIQUE,
    active boolean NOT NULL DEFAULT TRUE,
    create_date datetime NOT NULL
);
CREATE TABLE inventory (
    inventory_id mediumint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
    film_id smallint unsigned NOT NULL,
    shelf char(2) CHECK (shelf IN ('A1', 'A2', 'B1', 'B2')),
    FOREIGN KEY (film_id) REFERENCES film (film_id)
);
CREATE TABLE rental (
    rental_id int NOT NULL AUTO_INCREMENT PRIMARY KEY,
    rental_date datetime NOT NULL,
    inventory_id mediumint unsigned NOT NULL,
    customer_id smallint unsigned NOT NULL,
    return_date datetime,
    CHECK (return_date >= rental_date),
    FOREIGN KEY (inventory_id) REFERENCES inventory (inventory_id),
    FOREIGN KEY (customer_id) REFERENCES customer (customer_id)
);
CREATE TABLE payment (
    payment_id int NOT NULL AUTO_INCREMENT PRIMARY KEY,
    customer_id smallint unsigned NOT NULL,
    rental_id int,
    amount decimal(6, 2) NOT NULL CHECK (amount BETWEEN 0 AND 900),
    payment_date datetime NOT NULL,
    FOREIGN KEY (customer_id) REFERENCES customer (customer_id),
    FOREIGN KEY (rental_id) REFERENCES rental (rental_id)
);

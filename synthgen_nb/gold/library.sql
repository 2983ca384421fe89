CREATE TABLE members (
    member_id INT AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(100) NOT NULL,
    email VARCHAR(100) UNIQUE,
    joined_on DATE NOT NULL,
    kind ENUM('child', 'student', 'adult', 'senior') NOT NULL,
    street_address VARCHAR(120),
    city VARCHAR(60),
    country VARCHAR(60)
);
CREATE TABLE books (
    isbn CHAR(13) PRIMARY KEY,
    title VARCHAR(200) NOT NULL,
    language VARCHAR(30) NOT NULL,
    pages SMALLINT UNSIGNED NOT NULL,
    published YEAR NOT NULL,
    rating DECIMAL(2,1) CHECK (rating BETWEEN 0 AND 5)
);
CREATE TABLE loans (
    loan_id INT AUTO_INCREMENT PRIMARY KEY,
    member_id INT NOT NULL,
    isbn CHAR(13) NOT NULL,
    loaned_on DATE NOT NULL,
    returned_on DATE,
    fine DECIMAL(6,2) NOT NULL DEFAULT 0,
    renewals TINYINT UNSIGNED NOT NULL,
    CHECK (returned_on >= loaned_on),
    FOREIGN KEY (member_id) REFERENCES members (member_id),
    FOREIGN KEY (isbn) REFERENCES books (isbn)
);

CREATE DOMAIN us_zip AS text CONSTRAINT zip_form CHECK (VALUE ~ '^\d{5}$');
CREATE DOMAIN must AS us_zip NOT NULL CHECK (length(VALUE) = 5);
CREATE DOMAIN percent numeric(5,2) DEFAULT 0 CHECK (VALUE >= 0 AND VALUE <= 100);
ALTER DOMAIN percent ADD CONSTRAINT whole CHECK (VALUE = round(VALUE));
CREATE TABLE shop (
    id integer PRIMARY KEY,
    zip us_zip,
    home must,
    sent must NOT NULL DEFAULT '00000',
    share percent NOT NULL,
    shares percent[]
);

CREATE FUNCTION is_even(n integer) RETURNS boolean AS $body$
BEGIN
  RETURN n % 2 = 0; -- CREATE TABLE not_one (id int);
END;
$body$ LANGUAGE plpgsql IMMUTABLE;
CREATE TABLE t (n integer, m integer, CHECK (n < m));
ALTER TABLE t ADD CHECK (is_even(n));
ALTER TABLE ONLY t ADD CONSTRAINT m_even CHECK (is_even(m)) NOT VALID;
ALTER TABLE t VALIDATE CONSTRAINT m_even;

CREATE TABLE address (
    id integer,
    "valid At" daterange NOT NULL,
    CONSTRAINT address_pkey PRIMARY KEY (id, "valid At" WITHOUT OVERLAPS)
);
CREATE TABLE letter (
    address integer,
    sent daterange,
    FOREIGN KEY (address, PERIOD sent) REFERENCES address (id, PERIOD "valid At"),
    UNIQUE (address, sent WITHOUT OVERLAPS)
);
CREATE TABLE visit (
    room integer,
    began timestamptz,
    ended timestamptz,
    EXCLUDE USING gist (room WITH =, tstzrange(began, COALESCE(ended, 'infinity'::timestamptz), '[)') WITH &&) WHERE (room > 0),
    EXCLUDE USING gist (tstzrange(began, ended) range_ops WITH &&)
);

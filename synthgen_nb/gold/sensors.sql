CREATE TABLE sites (
    id BIGINT PRIMARY KEY,
    name VARCHAR NOT NULL,
    latitude DOUBLE,
    longitude DOUBLE,
    opens_at TIME NOT NULL,
    region VARCHAR
);
CREATE TABLE devices (
    id BIGINT PRIMARY KEY,
    site_id BIGINT NOT NULL REFERENCES sites (id),
    model VARCHAR NOT NULL,
    firmware VARCHAR,
    battery_percent INTEGER NOT NULL CHECK (battery_percent BETWEEN 0 AND 100),
    active BOOLEAN NOT NULL,
    installed_on DATE NOT NULL
);
CREATE TABLE readings (
    device_id BIGINT NOT NULL REFERENCES devices (id),
    seq INTEGER NOT NULL,
    measured_at TIMESTAMP NOT NULL,
    temperature DECIMAL(5, 2),
    humidity INTEGER CHECK (humidity BETWEEN 0 AND 100),
    quality VARCHAR NOT NULL CHECK (quality IN ('good', 'suspect', 'bad')),
    PRIMARY KEY (device_id, seq)
);

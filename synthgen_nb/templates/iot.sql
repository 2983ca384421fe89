-- Sensors in buildings: gateways, devices, readings, alerts.
CREATE TABLE sites (
  id         integer PRIMARY KEY,
  name       varchar(80) NOT NULL UNIQUE, -- @synth Format("{0} {1}", Bank("street_name"), Choice("Tower", "Campus", "Works", "Depot", "Offices", "Mall"))
  city       varchar(60) NOT NULL,
  country    char(2) NOT NULL,
  latitude   numeric(8, 5) NOT NULL CHECK (latitude BETWEEN -90 AND 90),
  longitude  numeric(8, 5) NOT NULL CHECK (longitude BETWEEN -180 AND 180),
  time_zone  varchar(40) NOT NULL
);

CREATE TABLE gateways (
  id           integer PRIMARY KEY,
  site_id      integer NOT NULL REFERENCES sites (id),
  mac_address  macaddr NOT NULL UNIQUE,
  ip_address   inet NOT NULL,
  hostname     varchar(60) NOT NULL, -- @synth Pattern("gw-####")
  installed_on date NOT NULL,
  last_seen_at timestamptz
);

CREATE TABLE device_models (
  id            integer PRIMARY KEY,
  manufacturer  varchar(60) NOT NULL,
  model         varchar(40) NOT NULL, -- @synth Format("{0}-{1}", Pattern("@@"), Range(100, 999))
  measures      varchar(12) NOT NULL CHECK (measures IN ('temperature', 'humidity', 'pressure', 'co2', 'light', 'motion')),
  unit          varchar(8) GENERATED ALWAYS AS (CASE measures WHEN 'temperature' THEN '°C' WHEN 'humidity' THEN '%' WHEN 'pressure' THEN 'hPa'
                  WHEN 'co2' THEN 'ppm' WHEN 'light' THEN 'lx' ELSE 'count' END) STORED,
  UNIQUE (manufacturer, model)
);

CREATE TABLE devices (
  id                uuid PRIMARY KEY,
  gateway_id        integer NOT NULL REFERENCES gateways (id),
  model_id          integer NOT NULL REFERENCES device_models (id),
  serial_number     varchar(20) NOT NULL UNIQUE,
  firmware_version  varchar(12) NOT NULL,
  battery_percent   smallint CHECK (battery_percent BETWEEN 0 AND 100),
  status            varchar(10) NOT NULL DEFAULT 'online' CHECK (status IN ('online', 'offline', 'faulty', 'retired')),
  installed_at      timestamptz NOT NULL,
  retired_at        timestamptz,
  CHECK (retired_at > installed_at)
);

CREATE TABLE readings (
  device_id    uuid NOT NULL REFERENCES devices (id),
  measured_at  timestamptz NOT NULL,
  value        double precision NOT NULL, -- @synth Normal(mean=21.5, std=3)
  quality      smallint NOT NULL DEFAULT 0 CHECK (quality IN (0, 1, 2)), -- @synth Choice({0: 94, 1: 4, 2: 2})
  signal_dbm   smallint NOT NULL CHECK (signal_dbm BETWEEN -120 AND -30), -- @synth Normal(mean=-72, std=12)
  PRIMARY KEY (device_id, measured_at)
);

CREATE TABLE alerts (
  id               bigint PRIMARY KEY,
  device_id        uuid NOT NULL REFERENCES devices (id),
  severity         varchar(8) NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
  message          varchar(160) NOT NULL, -- @synth Choice("Value above the upper limit", "Value below the lower limit", "No reading for an hour", "Battery low", "Signal lost", "Sensor drift detected", "Restarted unexpectedly")
  raised_at        timestamptz NOT NULL,
  acknowledged_at  timestamptz,
  resolved_at      timestamptz,
  CHECK (acknowledged_at >= raised_at),
  CHECK (resolved_at >= acknowledged_at)
);

CREATE TABLE maintenance (
  id          integer PRIMARY KEY,
  device_id   uuid NOT NULL REFERENCES devices (id),
  technician  varchar(80) NOT NULL,
  started_at  timestamptz NOT NULL,
  ended_at    timestamptz,
  work        varchar(14) NOT NULL CHECK (work IN ('inspection', 'battery', 'calibration', 'replacement')),
  notes       text, -- @synth Choice("Housing cleaned.", "Offset corrected by 0.3.", "Battery replaced.", "Mounting tightened.", "Antenna moved.", "No fault found.", "Firmware updated on site.") nulls=40%
  cost        numeric(8, 2) NOT NULL DEFAULT 0 CHECK (cost >= 0),
  CHECK (ended_at > started_at)
);

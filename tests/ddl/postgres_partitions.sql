CREATE TABLE event (id bigint NOT NULL, at timestamptz NOT NULL, kind text DEFAULT 'x', PRIMARY KEY (id, at, kind))
    PARTITION BY RANGE (at);
CREATE TABLE event_2024 PARTITION OF event FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE event_2025 PARTITION OF event (kind DEFAULT 'y' NOT NULL, CONSTRAINT big CHECK (id > 10))
    FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (kind);
CREATE TABLE event_2025_y PARTITION OF event_2025 FOR VALUES IN ('y', 'z');
CREATE TABLE event_rest (id bigint NOT NULL, at timestamptz NOT NULL, kind text NOT NULL DEFAULT 'x');
ALTER TABLE ONLY event ATTACH PARTITION event_rest DEFAULT;
CREATE UNIQUE INDEX event_key ON ONLY event (id, at, kind);

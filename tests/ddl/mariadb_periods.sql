CREATE TABLE booking (
    room integer NOT NULL,
    first_day date,
    day_after date,
    PERIOD FOR stay (first_day, day_after),
    UNIQUE one_guest (room, stay WITHOUT OVERLAPS)
);
CREATE TABLE price (
    item integer,
    `from` datetime(6) NOT NULL,
    `to` datetime(6) NOT NULL,
    amount decimal(8, 2),
    PRIMARY KEY (item, `valid` WITHOUT OVERLAPS),
    PERIOD FOR `valid` (`from`, `to`)
);
CREATE TABLE kept (
    id integer PRIMARY KEY,
    since timestamp(6) GENERATED ALWAYS AS ROW START,
    until timestamp(6) GENERATED ALWAYS AS ROW END,
    PERIOD FOR SYSTEM_TIME (since, until)
) WITH SYSTEM VERSIONING;

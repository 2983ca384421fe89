/* outer /* nested ; */ still a comment ; */
CREATE TABLE q (
    a text DEFAULT 'semi;colon', -- a comment; with 'quotes'
    b text DEFAULT E'it\'s; here',
    c text DEFAULT $tag$dollar; 'quoted' $ $tag$, /* inner; */
    d text DEFAULT '' CHECK (d NOT LIKE '%;%')
);
DO $$ BEGIN
    CREATE TYPE guarded AS ENUM ('x');
EXCEPTION WHEN duplicate_object THEN null;
END $$;
CREATE TABLE r (g guarded);

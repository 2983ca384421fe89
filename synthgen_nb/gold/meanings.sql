-- Forty tables, each column with the meaning that a person who knows the field would give it; a|b: either will do.
-- Keys, names in other tongues, abbreviations and words of double meaning are in on purpose.
CREATE TABLE kunden (
  kd_nr integer PRIMARY KEY, -- surrogate_key
  anrede varchar(10), -- gender|category_code
  vorname varchar(40), -- person.first_name
  nachname varchar(40), -- person.last_name
  plz char(5), -- postal_code
  ort varchar(60), -- city
  geb_datum date -- birth_date
);
CREATE TABLE clientes (
  id_cliente integer PRIMARY KEY, -- surrogate_key
  nombre_completo varchar(80), -- person.full_name
  correo varchar(80), -- email
  telefono varchar(20), -- phone
  provincia varchar(40), -- region
  fecha_alta timestamp -- created_timestamp
);
CREATE TABLE commandes (
  no_commande integer PRIMARY KEY, -- surrogate_key
  date_livraison date, -- date|end_date
  montant_ttc numeric(10,2), -- currency_amount
  devise char(3), -- currency_code
  statut varchar(12), -- status_code
  remarque text -- comment|note
);
CREATE TABLE patients (
  mrn varchar(12) PRIMARY KEY, -- code_identifier|natural_code
  dob date, -- birth_date
  sex char(1), -- gender
  bp_systolic smallint, -- measurement
  admitted_at timestamp, -- start_timestamp|event_timestamp
  discharged_at timestamp, -- end_timestamp|event_timestamp
  ward varchar(30) -- department_name|object_name
);
CREATE TABLE lab_results (
  specimen_uuid char(36) PRIMARY KEY, -- uuid
  loinc varchar(10), -- code_identifier|natural_code
  val numeric(10,4), -- measurement
  unit varchar(12), -- category_code|small_code
  abnormal boolean, -- boolean_flag
  reported_ts timestamp -- event_timestamp
);
CREATE TABLE flights (
  flight_no varchar(8) PRIMARY KEY, -- code_identifier|natural_code
  carrier varchar(60), -- company
  dep_ts timestamp, -- start_timestamp|event_timestamp
  arr_ts timestamp, -- end_timestamp|event_timestamp
  seats_free smallint, -- count|quantity
  fare numeric(8,2) -- currency_amount
);
CREATE TABLE weather_station (
  station_code char(5) PRIMARY KEY, -- natural_code|code_identifier
  lat numeric(8,5), -- latitude
  lon numeric(8,5), -- longitude
  tz varchar(40), -- time_zone
  elevation_m integer, -- measurement
  temp_c numeric(5,2) -- measurement
);
CREATE TABLE http_log (
  id bigint PRIMARY KEY, -- surrogate_key
  client varchar(45), -- ip
  ua varchar(300), -- user_agent
  referrer varchar(300), -- url
  bytes_sent bigint, -- bytes_size
  took_ms integer, -- duration
  code smallint -- status_code|small_code
);
CREATE TABLE oauth_client (
  client_id uuid PRIMARY KEY, -- uuid
  secret varchar(80), -- password_or_secret|token
  redirect varchar(200), -- url
  scopes varchar(200), -- category_code|config_value
  disabled boolean, -- boolean_flag
  last_used timestamp -- event_timestamp|updated_timestamp
);
CREATE TABLE mailing_list (
  handle varchar(30) PRIMARY KEY, -- username|slug
  addr varchar(120), -- email
  lang char(2), -- language_code
  opted_out boolean, -- boolean_flag
  bounces smallint -- count
);
CREATE TABLE vehicles (
  vin char(17) PRIMARY KEY, -- natural_code|code_identifier
  make varchar(30), -- brand
  colour varchar(20), -- color
  model_year smallint, -- year
  odometer_km integer, -- measurement
  plate varchar(10) -- code_identifier|natural_code
);
CREATE TABLE real_estate (
  listing_no integer PRIMARY KEY, -- surrogate_key
  headline varchar(120), -- title
  descr text, -- free_text
  asking numeric(12,2), -- currency_amount
  sqm numeric(7,1), -- measurement
  zip varchar(10), -- postal_code
  county varchar(40) -- county
);
CREATE TABLE employees (
  emp_no integer PRIMARY KEY, -- surrogate_key
  fname varchar(30), -- person.first_name
  lname varchar(30), -- person.last_name
  position varchar(60), -- job_title
  dept varchar(40), -- department_name
  salary numeric(10,2), -- currency_amount
  hired date -- start_date|date
);
CREATE TABLE payroll (
  slip_id integer PRIMARY KEY, -- surrogate_key
  iban varchar(34), -- code_identifier
  gross numeric(10,2), -- currency_amount
  tax_pct numeric(5,2), -- percentage|rate
  hours numeric(5,1), -- duration|quantity
  paid_on date -- date
);
CREATE TABLE books (
  isbn char(13) PRIMARY KEY, -- natural_code|code_identifier
  title varchar(200), -- title|work_title
  author varchar(100), -- person.full_name
  publisher varchar(80), -- company
  pages smallint, -- count|quantity
  blurb text -- free_text
);
CREATE TABLE songs (
  track_id integer PRIMARY KEY, -- surrogate_key
  name varchar(120), -- work_title|title
  length_s integer, -- duration
  bpm smallint, -- measurement|rate
  genre varchar(30), -- category_code
  plays bigint -- count
);
CREATE TABLE recipes (
  slug varchar(60) PRIMARY KEY, -- slug
  serves smallint, -- quantity|count
  steps text, -- free_text
  prep_minutes smallint, -- duration
  stars numeric(2,1), -- score
  photo varchar(200) -- url|path|filename
);
CREATE TABLE products (
  sku varchar(20) PRIMARY KEY, -- natural_code|code_identifier
  label varchar(100), -- product_name|title
  list_price numeric(10,2), -- currency_amount
  on_hand integer, -- quantity|count
  weight_g integer, -- measurement
  discontinued boolean -- boolean_flag
);
CREATE TABLE reviews (
  id bigint PRIMARY KEY, -- surrogate_key
  sku varchar(20), -- foreign_key|code_identifier
  rating smallint, -- score
  body text, -- free_text|comment
  helpful_votes integer, -- count
  posted_at timestamp -- created_timestamp|event_timestamp
);
CREATE TABLE coupons (
  code varchar(12) PRIMARY KEY, -- natural_code|code_identifier
  pct_off smallint, -- percentage
  valid_from date, -- start_date
  valid_to date, -- end_date
  uses_left integer -- count|quantity
);
CREATE TABLE shipments (
  tracking varchar(22) PRIMARY KEY, -- natural_code|code_identifier
  street varchar(100), -- street_address
  town varchar(60), -- city
  ctry char(2), -- country_code
  kg numeric(7,3), -- measurement
  eta timestamp -- end_timestamp|event_timestamp
);
CREATE TABLE devices (
  mac_addr char(17) PRIMARY KEY, -- mac
  hostname varchar(63), -- hostname
  fw_version varchar(20), -- version
  listening_on integer, -- port
  friendly_name varchar(40), -- device_name|object_name
  last_seen timestamp -- event_timestamp|updated_timestamp
);
CREATE TABLE sensor_reading (
  reading_id bigint PRIMARY KEY, -- surrogate_key
  at timestamp, -- event_timestamp
  humidity_pct numeric(5,2), -- percentage|measurement
  battery_mv integer, -- measurement
  seq integer, -- ordering
  payload json -- json_doc
);
CREATE TABLE files (
  sha256 char(64) PRIMARY KEY, -- hash
  fname varchar(255), -- filename
  mime varchar(100), -- mime_type
  size bigint, -- bytes_size
  stored_at varchar(500), -- path
  content bytea -- binary_blob
);
CREATE TABLE app_settings (
  setting varchar(80) PRIMARY KEY, -- config_key
  value text, -- config_value
  xml_override text, -- xml_doc
  pattern varchar(200), -- regex
  changed_on timestamp -- updated_timestamp
);
CREATE TABLE api_users (
  login varchar(40) PRIMARY KEY, -- username
  pw_hash varchar(100), -- password_or_secret|hash
  api_key varchar(64), -- api_key
  avatar_url varchar(200), -- avatar|url
  role varchar(20), -- role_name
  removed_at timestamp -- deleted_timestamp
);
CREATE TABLE courses (
  course_code varchar(10) PRIMARY KEY, -- natural_code|code_identifier
  subject varchar(80), -- title|category_code
  credits smallint, -- quantity|score
  starts date, -- start_date
  ends date, -- end_date
  room varchar(20) -- object_name|code_identifier
);
CREATE TABLE students (
  matriculation integer PRIMARY KEY, -- surrogate_key
  given_names varchar(60), -- person.first_name
  surname varchar(60), -- person.last_name
  degree varchar(30), -- education_level
  gpa numeric(3,2), -- score
  nationality varchar(40) -- country|ethnicity
);
CREATE TABLE polls (
  question varchar(200) PRIMARY KEY, -- title|free_text
  yes integer, -- count
  no integer, -- count
  turnout numeric(5,2), -- percentage
  closes_at timestamp -- end_timestamp
);
CREATE TABLE bank_tx (
  tx_id uuid PRIMARY KEY, -- uuid
  booked_on date, -- date
  amount numeric(14,2), -- currency_amount
  ccy char(3), -- currency_code
  counterparty varchar(80), -- company|person.full_name
  memo varchar(140) -- note|comment|free_text
);
CREATE TABLE exchange (
  pair char(7) PRIMARY KEY, -- natural_code|code_identifier
  bid numeric(12,6), -- rate
  ask numeric(12,6), -- rate
  quoted_at timestamp -- event_timestamp
);
CREATE TABLE support_tickets (
  ticket_no integer PRIMARY KEY, -- surrogate_key
  summary varchar(150), -- title
  details text, -- free_text
  prio smallint, -- ordering|score|category_code
  state varchar(15), -- status_code
  assignee varchar(60), -- person.full_name|username
  closed timestamp -- end_timestamp|event_timestamp
);
CREATE TABLE hotels (
  hotel_id integer PRIMARY KEY, -- surrogate_key
  hotel_name varchar(80), -- company|object_name
  stars smallint, -- score
  country varchar(50), -- country
  rooms smallint, -- count|quantity
  www varchar(120), -- url
  fax varchar(20) -- phone
);
CREATE TABLE bookings (
  booking_ref char(6) PRIMARY KEY, -- natural_code|code_identifier
  check_in date, -- start_date
  check_out date, -- end_date
  guests smallint, -- quantity|count
  deposit numeric(9,2), -- currency_amount
  wishes text -- note|comment|free_text
);
CREATE TABLE museums_objects (
  inv_no varchar(20) PRIMARY KEY, -- natural_code|code_identifier
  artist varchar(100), -- person.full_name
  piece varchar(150), -- work_title|title
  made_in smallint, -- year
  height_cm numeric(6,1), -- measurement
  on_loan boolean -- boolean_flag
);
CREATE TABLE open_hours (
  shop_id integer PRIMARY KEY, -- surrogate_key
  weekday smallint, -- small_code|ordering|category_code
  opens time, -- time_of_day
  closes time, -- time_of_day
  holiday boolean -- boolean_flag
);
CREATE TABLE game_players (
  player_id bigint PRIMARY KEY, -- surrogate_key
  nick varchar(24), -- username
  elo smallint, -- score
  rank integer, -- ordering
  perms bigint, -- bitflags
  joined timestamp -- created_timestamp|start_timestamp
);
CREATE TABLE municipalities (
  ags char(8) PRIMARY KEY, -- natural_code|code_identifier
  gemeinde varchar(80), -- city
  bundesland varchar(40), -- region
  einwohner integer, -- count
  flaeche_km2 numeric(8,2) -- measurement
);
CREATE TABLE translations (
  msg_key varchar(100) PRIMARY KEY, -- config_key|natural_code
  locale varchar(5), -- language_code
  txt text, -- free_text
  fuzzy boolean, -- boolean_flag
  translator varchar(60) -- person.full_name|username
);
CREATE TABLE survey_answers (
  answer_id integer PRIMARY KEY, -- surrogate_key
  age_group varchar(10), -- category_code
  schooling varchar(30), -- education_level
  income_band smallint, -- small_code|category_code
  comments text, -- comment|free_text
  minutes_taken smallint -- duration
);

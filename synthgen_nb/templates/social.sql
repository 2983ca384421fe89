-- A social network: follows, posts, comments, messages.
CREATE TABLE users (
  id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  username       varchar(30) NOT NULL UNIQUE,
  email          varchar(120) NOT NULL UNIQUE,
  display_name   varchar(80) NOT NULL,
  bio            varchar(160),
  birth_date     date,
  country        char(2),
  language_code  char(2) NOT NULL DEFAULT 'en',
  avatar_url     varchar(200),
  is_verified    boolean NOT NULL DEFAULT false,
  created_at     timestamptz NOT NULL,
  deactivated_at timestamptz,
  CHECK (deactivated_at > created_at)
);

CREATE TABLE follows (
  follower_id  bigint NOT NULL REFERENCES users (id),
  followed_id  bigint NOT NULL REFERENCES users (id),
  since        timestamptz NOT NULL,
  PRIMARY KEY (follower_id, followed_id),
  CHECK (follower_id <> followed_id)
);

CREATE TABLE posts (
  id          bigint PRIMARY KEY,
  user_id     bigint NOT NULL REFERENCES users (id),
  body        varchar(500) NOT NULL,
  visibility  varchar(9) NOT NULL DEFAULT 'public' CHECK (visibility IN ('public', 'followers', 'private')),
  created_at  timestamptz NOT NULL,
  edited_at   timestamptz,
  view_count  integer NOT NULL DEFAULT 0 CHECK (view_count >= 0),
  comment_count integer NOT NULL DEFAULT 0 CHECK (comment_count >= 0),
  CHECK (edited_at > created_at)
);

CREATE TABLE hashtags (
  id    integer PRIMARY KEY,
  name  varchar(40) NOT NULL UNIQUE CHECK (name = lower(name)) -- @synth Format("{0}{1}", Bank("adjective"), Bank("noun"))
);

CREATE TABLE post_hashtags (
  post_id     bigint NOT NULL REFERENCES posts (id),
  hashtag_id  integer NOT NULL REFERENCES hashtags (id),
  PRIMARY KEY (post_id, hashtag_id)
);

CREATE TABLE comments (
  id          bigint PRIMARY KEY,
  post_id     bigint NOT NULL REFERENCES posts (id),
  user_id     bigint NOT NULL REFERENCES users (id),
  parent_id   bigint REFERENCES comments (id),
  body        varchar(300) NOT NULL, -- @synth Choice("So true!", "Love this.", "Where was this taken?", "Congratulations!", "Thanks for sharing.", "I disagree, but well put.", "Same here.", "Can you say more about that?", "This made my day.", "Looking forward to it!")
  created_at  timestamptz NOT NULL,
  deleted_at  timestamptz,
  CHECK (deleted_at >= created_at)
);

CREATE TABLE reactions (
  post_id     bigint NOT NULL REFERENCES posts (id),
  user_id     bigint NOT NULL REFERENCES users (id),
  kind        varchar(6) NOT NULL CHECK (kind IN ('like', 'love', 'laugh', 'sad', 'angry')), -- @synth Choice(like=70, love=15, laugh=9, sad=4, angry=2)
  reacted_at  timestamptz NOT NULL,
  PRIMARY KEY (post_id, user_id)
);

CREATE TABLE messages (
  id            bigint PRIMARY KEY,
  sender_id     bigint NOT NULL REFERENCES users (id),
  recipient_id  bigint NOT NULL REFERENCES users (id),
  body          text NOT NULL,
  sent_at       timestamptz NOT NULL,
  read_at       timestamptz,
  CHECK (sender_id <> recipient_id),
  CHECK (read_at >= sent_at)
);

CREATE TABLE reports (
  id           integer PRIMARY KEY,
  post_id      bigint NOT NULL REFERENCES posts (id),
  reporter_id  bigint NOT NULL REFERENCES users (id),
  reason       varchar(12) NOT NULL CHECK (reason IN ('spam', 'abuse', 'nudity', 'false news', 'other')),
  status       varchar(9) NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'accepted', 'rejected')),
  reported_at  timestamptz NOT NULL,
  resolved_at  timestamptz,
  UNIQUE (post_id, reporter_id),
  CHECK (resolved_at >= reported_at)
);

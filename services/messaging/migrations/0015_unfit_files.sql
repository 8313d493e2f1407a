-- Files that no message is sent with, or not yet, as their service tells it: of one that is not here nothing is known
-- against it.
CREATE TABLE unfit_files (
    id uuid PRIMARY KEY,
    state text NOT NULL CHECK (state IN ('scanning', 'refused', 'gone')),
    reason text NOT NULL DEFAULT '',
    told_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX unfit_files_told_at ON unfit_files (told_at);

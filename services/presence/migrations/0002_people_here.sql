-- Who was told on the topic to be here, so that only comings and goings are told.
CREATE TABLE people_here (
    user_id UUID PRIMARY KEY
);

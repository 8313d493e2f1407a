-- As identity tells: who can sign in no more, and so ends no upload that they began.
CREATE TABLE shut_out (
    user_id UUID PRIMARY KEY
);

-- Which version was put straight to the store, so that one that was given up is told from one that has arrived. None: of
-- an earlier release.
ALTER TABLE direct_uploads ADD COLUMN version INTEGER;

-- What a channel can do (commands, limits, whether providers call it), written by whoever opens it: known on every node, and while it is away. Owner: gateway.
ALTER TABLE channel ADD COLUMN abilities jsonb;

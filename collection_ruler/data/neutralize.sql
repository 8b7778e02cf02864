-- a neutralised copy of a database writes to no customer
UPDATE collection_ruler SET state = 'paused' WHERE state = 'running';

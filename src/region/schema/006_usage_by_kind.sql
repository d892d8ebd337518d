-- What of one kind of use an account had in a month: what is free of it is used up in order.
CREATE INDEX billed_usage_kind ON billed_usage(account, usage_type, ended, began);

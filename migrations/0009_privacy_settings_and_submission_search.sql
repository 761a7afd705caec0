ALTER TABLE `submissions` ADD `search_key` text;--> statement-breakpoint
-- Messages that are here already. Letters other than a-z stay as they are: a search finds them by the words without.
UPDATE submissions SET search_key = ' ' || lower(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(name || ' ' || coalesce(email, ''), '@', ' '), '.', ' '), '-', ' '), '_', ' '), '''', ' '), '’', ' '), '+', ' '), '&', ' '), ',', ' '), '(', ' '), ')', ' '), '/', ' ') || CASE WHEN length(postcode) > 4 THEN ' ' || postcode || ' ' || substr(postcode, 1, length(postcode) - 3) || ' ' || substr(postcode, -3) ELSE '' END);
--> statement-breakpoint
-- Whoever removes a name, an email address or a postcode removes its copy too.
CREATE TRIGGER submissions_search_update AFTER UPDATE OF name, email, postcode ON submissions
WHEN new.search_key IS old.search_key AND (new.name, new.email, new.postcode) IS NOT (old.name, old.email, old.postcode) BEGIN
	UPDATE submissions SET search_key = NULL WHERE id = new.id;
END;
--> statement-breakpoint
ALTER TABLE `tenants` ADD `controller` text;--> statement-breakpoint
ALTER TABLE `tenants` ADD `dpo_contact` text;--> statement-breakpoint
ALTER TABLE `tenants` ADD `privacy_url` text;--> statement-breakpoint
ALTER TABLE `tenants` ADD `reply_within` text;--> statement-breakpoint
ALTER TABLE `tenants` ADD `website` text;

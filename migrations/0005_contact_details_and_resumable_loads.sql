ALTER TABLE `postcode_releases` ADD `source` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `postcode_releases` ADD `lines_done` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `tenants` ADD `contact_email` text;--> statement-breakpoint
ALTER TABLE `tenants` ADD `contact_phone` text;
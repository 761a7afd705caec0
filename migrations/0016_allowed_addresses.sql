ALTER TABLE `keys` ADD `allowed_addresses` text;--> statement-breakpoint
ALTER TABLE `keys` ADD `allowed_tree` text;
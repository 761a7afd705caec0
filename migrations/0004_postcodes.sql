CREATE TABLE `postcode_releases` (
	`id` integer PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`loaded_at` integer,
	`active` integer DEFAULT false NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `postcode_wards` (
	`release_id` integer NOT NULL,
	`postcode` text NOT NULL,
	`ward_code` text NOT NULL,
	`council_code` text NOT NULL,
	PRIMARY KEY(`release_id`, `postcode`, `ward_code`)
) STRICT, WITHOUT ROWID;

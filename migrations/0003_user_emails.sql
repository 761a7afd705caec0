DROP INDEX `users_email`;--> statement-breakpoint
ALTER TABLE `users` ADD `email_key` text;--> statement-breakpoint
ALTER TABLE `users` ADD `updated_at` integer;--> statement-breakpoint
CREATE UNIQUE INDEX `users_email` ON `users` (`tenant_id`,case when "email_key" is null then lower("email") else "email_key" end);
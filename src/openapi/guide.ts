/** The introduction to the API reference (CommonMark): everything an integrator needs who has no copy of the repository. */
export const guide = `Residents’ cases, events, news, wards and a public contact form for UK councillors.

## Getting a key
Ask an administrator of your council’s account, or whoever operates this gateway. A key is shown once, when it is created.
Send it as \`Authorization: Bearer sk_…\` or \`X-API-Key: sk_…\`, from a server: keyed routes allow no browser origins.
Each operation states the plan, scope and role it needs. \`GET /api/me\` shows what a key may do.
A key may be bound to addresses (\`allowedAddresses\`), and works from nowhere else. \`DELETE /api/keys/current\` ends a key that
has leaked, whatever the key may do.

## Rate limits
A key may make 100 requests in any 60 seconds, unless it has a limit of its own; a public route takes 5 an hour from an
address. The window slides: \`X-RateLimit-Remaining\` is the number of requests that would be admitted now. Refused requests
do not count. After a 429 wait \`Retry-After\` seconds, and double the wait each time: at most three retries. Slow down when
fewer than 10 remain.

## Lists, pages and cursors
Lists of cases and submissions have a \`pagination\` object. Follow \`nextCursor\` with \`?cursor=\`, keeping the filters and the
sort, until it is null; \`page × pageSize\` may not exceed 10,000. Other lists are bare arrays of at most 200 items and 1 MiB;
follow the \`Link: <…>; rel="next"\` header. \`total\` stops at 10,000 where counting would cost more; \`totalCapped\` says so. A page marked \`partial\` ends early, or is
empty, since few of the rows that one call looks at match: \`nextCursor\` goes on.

## Creating things once
A POST is not repeated safely by itself. Send an \`Idempotency-Key\` of your own, and the same key and body within 24 hours
return the first result with \`Idempotency-Replayed: true\`. Or look the item up by \`externalId\` or \`reference\` before you retry.

## Changing what others change too
A GET returns an \`ETag\`. Send it back as \`If-Match\`, or the \`version\` in the body, and a change based on an old version is
rejected with 409 and \`details.current\`. Without either, the last write wins. \`If-None-Match\` on a GET returns 304 if nothing
has changed.

## Keeping a copy in step
\`GET /api/changes\` lists what has changed since a number, oldest first: ids only, so get what they name. Send \`next\` as the
next \`after\`, until it stays the same. Changes are kept for 30 days; an \`after\` from before that is 400, and then everything
has to be read again. \`updatedSince\` on lists of cases is a filter, no replacement: it knows no deletions.

## Webhooks
\`POST /api/webhooks\` names an https address and the events it wants. Each change is sent there at least once and in order,
signed by [Standard Webhooks](https://www.standardwebhooks.com) 1.0: verify \`webhook-signature\` over the raw body before
you trust it, answer 2xx within 10 seconds, and remember \`webhook-id\` to tell repeats.

## Errors
Every error has one shape: \`{"error": "…", "details": {…}}\`. 400 and 422 name each field in \`details.fields\` with a code and a
message. 401 is the same for every key that does not work. 403 states what is missing: \`requiredScope\`, \`requiredRole\` or
\`requiredPlan\`. 404 is also the answer for another tenant’s id. Retry only 429 and 5xx. Quote \`X-Request-Id\` when you ask
for help.`

import { monotonicFactory } from 'ulid'

/** An id that comes after every earlier one, even within one millisecond: tests know what order lists are in. */
export const nextId = monotonicFactory()

/** Fields of a case that the console changes. */
export const changeNames = ['status', 'assigneeId', 'categoryId', 'wardId', 'summary', 'internalRef'] as const
export type ChangeName = (typeof changeNames)[number]

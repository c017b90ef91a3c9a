/** HTTP status, Korean message, English message. Callers branch on the code, never on a message. */
export type ErrorRow = readonly [status: number, korean: string, english: string];

/** An answer of a handler, before it becomes bytes. */
export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** How it reaches the caller: as an answer (default), never, as a cut connection, or as broken JSON. */
  readonly delivery?: Delivery;
}

export type Delivery = 'answer' | 'hang' | 'reset' | 'malformed';

/** A JSON answer. */
export const json = (status: number, body: unknown): Reply => ({ status, body });

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  410: 'Gone',
  413: 'Content too large',
  422: 'Unprocessable content',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Service unavailable',
};

/**
 * A refusal as problem details (RFC 9457) with the stable `code` that callers branch on.
 * `extra` carries the data of the refusal, for example the shortages.
 */
export function problem(
  status: number,
  code: string,
  detail: string,
  extra: Readonly<Record<string, unknown>> = {},
): Reply {
  return {
    status,
    contentType: 'application/problem+json',
    body: { type: 'about:blank', title: TITLES[status] ?? 'Error', status, code, detail, ...extra },
  };
}

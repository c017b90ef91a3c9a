import { type ProblemCode, problems } from '../problems.ts';

/** One place of the request that is at fault (RFC 6901 pointer into the body, or the name of a parameter or header). */
export type Fault = {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly header?: string;
  readonly code: string;
  readonly detail: string;
};

type Extras = {
  /** What happened this time, for people. */
  readonly detail?: string;
  /** Members beside the standard ones, e.g. `shortages`; never `type`, `title`, `status`, `code`. */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
};

/** Ends a request with a problem document. Thrown by what stands before the routes; the error handler answers it. */
export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly extras: Extras;
  constructor(code: ProblemCode, extras: Extras = {}) {
    super(extras.detail ?? problems[code].title, { cause: extras.cause });
    this.name = 'ProblemError';
    this.code = code;
    this.extras = extras;
  }
}

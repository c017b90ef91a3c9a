import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import type { Actor } from '../../domain/kernel/events.ts';
import type { Context } from '../../runtime/ports.ts';
import { ProblemError } from './problem-error.ts';

/** Who the bearer of a token is. `expiresAt` in ms since the epoch. */
export type Principal = {
  readonly subject: string;
  readonly role: 'ROLE_USER' | 'ROLE_ADMIN';
  readonly expiresAt: number;
};

type State = {
  readonly requestId: string;
  readonly traceparent: string | undefined;
  readonly signal: AbortSignal;
  readonly stopping: AbortSignal;
  principal: Principal | undefined;
};

type Locals = { state?: State };

const stateOf = (res: Response): State => {
  const { state } = res.locals as Locals;
  if (!state) throw new Error('request state is read before it was made');
  return state;
};

/** What a client may choose as its request id; anything else is replaced, so that logs and headers stay clean. */
const REQUEST_ID = /^[A-Za-z0-9._:-]{1,128}$/;
/** W3C Trace Context, section 3.2. */
const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** How the process ends: first it is about to stop, then the time for what was under way is over. */
export type Ending = { readonly stopping: AbortSignal; readonly over: AbortSignal };

/**
 * First of all: gives the request its id (the client's X-Request-Id, or a new one), answers it in the same header, and makes
 * the signal that ends its work: a read's when the client hangs up or the process is about to stop, a write's only when the
 * process has no more time.
 */
export const requestState =
  ({ stopping, over }: Ending) =>
  (req: Request, res: Response, next: NextFunction): void => {
    const asked = req.get('x-request-id');
    const requestId = asked !== undefined && REQUEST_ID.test(asked) ? asked : randomUUID();
    const traced = req.get('traceparent');
    const traceparent = traced !== undefined && TRACEPARENT.test(traced) ? traced : undefined;
    (res.locals as Locals).state = {
      requestId,
      traceparent,
      signal: req.method === 'GET' ? untilClosed(res, stopping) : over,
      stopping,
      principal: undefined,
    };
    res.set('X-Request-Id', requestId);
    next();
  };

/** Made once: a new one for each request would cost more than everything else here. */
const CLIENT_GONE = new Error('the client has hung up');

const untilClosed = (res: Response, stopping: AbortSignal): AbortSignal => {
  const gone = new AbortController();
  const onStop = (): void => gone.abort(stopping.reason);
  if (stopping.aborted) onStop();
  stopping.addEventListener('abort', onStop, { once: true });
  res.once('close', () => {
    stopping.removeEventListener('abort', onStop);
    if (!res.writableFinished) gone.abort(CLIENT_GONE);
  });
  return gone.signal;
};

/** Empty for a response that was made outside the chain. */
export const requestIdOf = (res: Response): string => (res.locals as Locals).state?.requestId ?? '';

/** Whether the process is about to stop. */
export const isStopping = (res: Response): boolean => stateOf(res).stopping.aborted;

/** Ends when the client hangs up (reads only) or the process stops. */
export const signalOf = (res: Response): AbortSignal => stateOf(res).signal;

export const setPrincipal = (res: Response, principal: Principal): void => {
  stateOf(res).principal = principal;
};

/** @throws ProblemError UNAUTHENTICATED where no token was checked */
export const principalOf = (res: Response): Principal => {
  const { principal } = stateOf(res);
  if (!principal) throw new ProblemError('UNAUTHENTICATED');
  return principal;
};

/** The member on whose behalf the request is made. @throws ProblemError UNAUTHENTICATED */
export const memberIdOf = (res: Response): string => principalOf(res).subject;

const actorOf = ({ subject, role }: Principal): Actor => ({
  kind: role === 'ROLE_ADMIN' ? 'operator' : 'member',
  id: subject,
});

/** What a command and every call made for it carry along. */
export type RequestContext = Context & { readonly traceparent?: string };

/**
 * @param causationId the command's id, when there is one: the events then tell which request made them
 */
export const contextOf = (res: Response, causationId?: string): RequestContext => {
  const { requestId, traceparent, signal } = stateOf(res);
  return {
    correlationId: requestId,
    causationId: causationId ?? requestId,
    actor: actorOf(principalOf(res)),
    signal,
    ...(traceparent === undefined ? {} : { traceparent }),
  };
};

/** The id of a command that is given once: the appends of it that are repeated are still one append. */
export const freshCommandId = (): string => randomUUID();
